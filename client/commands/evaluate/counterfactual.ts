/** `switchyard counterfactual`: what the other routes would have given. */
import type { Command } from 'commander';
import { benchmarkId, each, formerOption, positiveCount, spendingLimit } from '../../input/option-values.ts';
import type { CounterfactualOptions } from '../../benchmark/counterfactual/run-counterfactual.ts';

export function addCounterfactual(program: Command): void {
  program
    .command('counterfactual')
    .summary("run a benchmark's questions on the routes that were not taken")
    .description(
      "For chosen questions of a benchmark, runs the routes that were not taken from the router's decision on, and says what the " +
        'taken route has cost against the best one: in right answers and in money. Without --question and --label: ' +
        'questions that were answered wrong.',
    )
    .argument('<benchmark>', 'the id of the benchmark', benchmarkId)
    .option('--variant <name>', 'which variant; the first one with a router unless given')
    .addOption(formerOption('--arm <name>', 'variant'))
    .option('--question <id>', 'a question; give it several times', each)
    .option('--label <label>', 'questions with this label, such as wrong_route')
    .option('--concurrency <n>', 'how many questions at a time', positiveCount, 6)
    .option('--limit <amount>', 'stop at so many US dollars (2.50) or tokens (500000tokens)', spendingLimit)
    .option('--yes', 'do not ask, whatever it will cost', false)
    .option('--json', 'print JSON lines', false)
    .action(async (id: string, options: CounterfactualOptions) => {
      const { runCounterfactual } = await import('../../benchmark/counterfactual/run-counterfactual.ts');
      process.exitCode = await runCounterfactual(id, options);
    });
}
