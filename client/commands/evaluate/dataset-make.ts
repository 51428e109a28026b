/** `switchyard dataset make`: a dataset out of a repository. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MakeOptions } from '../../dataset/make-dataset.ts';
import { count, positiveCount, runIdValue, share, spendingLimit } from '../../input/option-values.ts';

const mostQuestions = 500;
/** As in contracts/evaluation/question-making.ts, which would load zod for every --help. */
const questionRoutes = ['code', 'docs', 'debug', 'general'] as const;

export function datasetMake(dataset: Command): void {
  dataset
    .command('make')
    .summary('make a dataset out of a repository, proved by code at a pinned commit')
    .description(
      'Finds questions in definitions, documents, tests, errors, options, fixes and changelogs of a repository, and some that ' +
        'it does not answer; a model phrases them where one is configured, templates otherwise. Code proves each, and says ' +
        'what was dropped and why. It is a durable run: the same command takes it up again.',
    )
    .requiredOption('--repo <folder or git URL>', 'the repository')
    .option('--ref <ref>', 'a branch, tag or commit of it; the current one unless given')
    .option('-n, --questions <n>', 'how many questions, at most 500', questionCount, 60)
    .option('-o, --output <file>', 'where to write them; stdout unless given')
    .option('--seed <n>', 'decides which candidates are drawn', count, 1)
    .addOption(
      new Option('--mix <route:share,…>', 'how many of each route')
        .argParser(sharesOf(questionRoutes))
        .default({ code: 0.35, docs: 0.25, debug: 0.2, general: 0.2 }, 'code:0.35,docs:0.25,debug:0.2,general:0.2'),
    )
    .option('--unanswerable <share>', 'share of questions that the repository does not answer', share, 0.15)
    .addOption(
      new Option('--split <name:share,…>', 'splits, which share no file')
        .argParser(sharesOf(['dev', 'test']))
        .default({ dev: 0.5, test: 0.5 }, 'dev:0.5,test:0.5'),
    )
    .option('--writer <model>', 'the model that phrases them; that of synthesis unless given')
    .option('--no-phrase', 'use templates, whatever model is configured')
    .option(
      '--limit <amount>',
      'stop asking the model at so many US dollars (2.50) or tokens (500000tokens)',
      spendingLimit,
    )
    .option('--concurrency <n>', 'model calls at a time', concurrency, 4)
    .option('--resume <id>', 'join the run of that id', runIdValue)
    .option('--force', 'replace the file, and make the questions anew', false)
    .option('--json', 'print one JSON object', false)
    .action(async (options: MakeOptions) => {
      const { makeDataset } = await import('../../dataset/make-dataset.ts');
      process.exitCode = await makeDataset(options);
    });
}

function questionCount(text: string): number {
  const value = positiveCount(text);
  if (value > mostQuestions) throw new InvalidArgumentError(`It must be at most ${mostQuestions}.`);
  return value;
}

function concurrency(text: string): number {
  const value = positiveCount(text);
  if (value > 32) throw new InvalidArgumentError('It must be at most 32.');
  return value;
}

/** `code:0.5,docs:0.5`; the shares need not add up to one. */
function sharesOf(names: readonly string[]): (text: string) => Record<string, number> {
  return (text) => {
    const pairs = text.split(',').map((part): [string, number] => {
      const [, name = '', value = ''] = /^\s*([a-z]+)\s*:\s*(\d+(?:\.\d+)?|\.\d+)\s*$/.exec(part) ?? [];
      if (!names.includes(name))
        throw new InvalidArgumentError(
          `It must be a list such as ${names[0]}:0.5,${names[1]}:0.5, of ${names.join(', ')}.`,
        );
      return [name, Number(value)];
    });
    const shares = Object.fromEntries(pairs);
    if (
      pairs.length !== Object.keys(shares).length ||
      !(Object.values(shares).reduce((sum, each) => sum + each, 0) > 0)
    )
      throw new InvalidArgumentError('It must name each once, and one share must be more than 0.');
    return shares;
  };
}
