/** `switchyard ask`: a question to a cited answer. */
import type { Command } from 'commander';
import type { AskOptions } from '../../ask/ask-question.ts';
import { count, positiveAmount, positiveCount, runIdValue } from '../../input/option-values.ts';

export function addAsk(program: Command): void {
  program
    .command('ask')
    .summary('answer a question about a repository')
    .description('Answers a question about a repository, with citations. A question of "-" is read from stdin.')
    .argument('<question>', 'the question, in quotes')
    .option('--repo <path or URL>', 'a folder, a git checkout or a git URL', '.')
    .option('--ref <ref>', 'branch, tag or commit (default: HEAD of the checkout)')
    .option('--uncommitted', 'with the uncommitted changes of the checkout')
    .option('--pipeline <name or file>', 'a shipped pipeline or your own file', 'orchestrated')
    .option('--route <name>', 'skip the router and take this route')
    .option('--retry-limit <n>', 'how often weak drafts may be sent back (0 to 10)', count)
    .option('--max-model-calls <n>', 'budget: model calls', positiveCount)
    .option('--max-tokens <n>', 'budget: input and output tokens together', positiveCount)
    .option('--max-cost-usd <amount>', 'budget: US dollars (every model must have a known price)', positiveAmount)
    .option('--max-seconds <n>', 'budget: seconds of work', positiveCount)
    .option('--session <name>', 'the conversation that its trace belongs to')
    .option('--id <id>', 'name the run (default: ask-<time>-<random>)', runIdValue)
    .option('--detach', 'start the run and return at once', false)
    .option('--json', 'print one JSON object', false)
    .action(async (question: string, options: AskOptions) => {
      // Mistakes are reported before anything heavy is loaded.
      const { prepareQuestion } = await import('../../ask/question-input.ts');
      const prepared = await prepareQuestion(question, options);
      const { askQuestion } = await import('../../ask/ask-question.ts');
      process.exitCode = await askQuestion(prepared, options);
    });
}
