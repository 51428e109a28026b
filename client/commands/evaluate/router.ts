/** `switchyard router`: a router of one's own labels. */
import { type Command, InvalidArgumentError } from 'commander';
import type { EvaluateOptions, FitOptions } from '../../router/fit-and-evaluate.ts';
import { positiveCount } from '../../input/option-values.ts';

const labelsHelp = 'a dataset, or JSON lines with question, route and, to use what a repository says, repository';
const mostRepetitions = 200;

export function addRouter(program: Command): void {
  const router = program.command('router').summary('fit a router to labels of your own, and measure it');
  const measuring = (command: Command) =>
    command
      .argument('<labels.jsonl>', labelsHelp)
      .option('--embeddings', 'use the endpoint of SWITCHYARD_EMBEDDINGS_MODEL for the questions too', false)
      .option('--no-repository', 'do not open the repositories that the labels name')
      .option('--repetitions <n>', 'of the cross-validation', repetitions, 20);
  measuring(router.command('fit'))
    .summary('fit a router: no tokens, a few milliseconds a question')
    .description(
      'Fits a small classifier to the labels (logistic regression of letter groups, wording, what the repository says and ' +
        'embeddings), and prints what it is worth on questions that it has not seen. The same labels give the same router.',
    )
    .requiredOption('-o, --output <file>', 'where to write the router')
    .option('--force', 'replace the file', false)
    .option('--json', 'print one JSON object', false)
    .action(async (file: string, options: FitOptions) => {
      const { fitRouterFile } = await import('../../router/fit-and-evaluate.ts');
      process.exitCode = await fitRouterFile(file, options);
    });
  measuring(router.command('evaluate'))
    .summary('agreement, kappa, calibration and learning curve of a router')
    .description(
      'Without --router: of one fitted to these labels, out of fold. With it: of that router, on the labels that it was not ' +
        'fitted on.',
    )
    .option('--router <router.json>', 'a router that `router fit` wrote')
    .option('--json', 'print one JSON object', false)
    .action(async (file: string, options: EvaluateOptions) => {
      const { evaluateRouter } = await import('../../router/fit-and-evaluate.ts');
      process.exitCode = await evaluateRouter(file, options);
    });
}

function repetitions(text: string): number {
  const value = positiveCount(text);
  if (value > mostRepetitions) throw new InvalidArgumentError(`It must be at most ${mostRepetitions}.`);
  return value;
}
