/** What benchmarks have recorded, asking a part of it again, and the exercise that ends in one. */
import type { Command } from 'commander';
import type { ExerciseOptions } from '../../exercise/run-exercise.ts';
import type { HistoryOptions } from '../../benchmark/over-time/benchmark-history.ts';
import type { RerunOptions } from '../../benchmark/choosing/rerun-benchmark.ts';
import { benchmarkId, each, positiveCount, runIdValue, spendingLimit } from '../../input/option-values.ts';

export function rerunCommand(bench: Command): void {
  bench
    .command('rerun')
    .summary('ask a part of a benchmark again, as a benchmark of its own')
    .description(
      'Asks the chosen questions of a benchmark with all its variants and trials again. What has not changed since is not ' +
        'paid again, unless --no-cache says so; --pipeline takes pipelines as they are now in place of those of then.',
    )
    .argument('<benchmark>', 'the id of the benchmark', benchmarkId)
    .option('--failed', 'questions of which a run broke or has no record', false)
    .option('--label <label>', 'questions of which a run has this label, such as wrong_route; several times', each)
    .option('--question <id>', 'a question; give it several times', each)
    .option('--pipeline <name or file>', "in place of the benchmark's own; give it several times", each)
    .option('--concurrency <n>', 'how many questions at a time', positiveCount, 6)
    .option('--limit <amount>', 'stop at so many US dollars (2.50) or tokens (500000tokens)', spendingLimit)
    .option('--name <id>', 'name the benchmark; bench-<time>-<random> unless given', runIdValue)
    .option('--no-cache', 'pay for every model call, and keep the replies for later benchmarks')
    .option('--yes', 'do not ask, whatever it will cost', false)
    .option('--json', 'print one JSON object at the end', false)
    .action(async (id: string, options: RerunOptions) => {
      const { rerunBenchmark } = await import('../../benchmark/choosing/rerun-benchmark.ts');
      process.exitCode = await rerunBenchmark(id, options);
    });
}

export function resultCommands(bench: Command): void {
  bench
    .command('list')
    .summary('list benchmarks with what they found; needs no server')
    .option('--json', 'print JSON lines', false)
    .action(async ({ json }: { json: boolean }) => {
      const { listBenchmarks } = await import('../../benchmark/over-time/list-benchmarks.ts');
      process.exitCode = await listBenchmarks(json);
    });
  addHistory(bench);
}

function addHistory(bench: Command): void {
  bench
    .command('history')
    .summary('show what benchmarks found over time; needs no server')
    .description(
      'Shows right answers, waste, cost and time of each variant, a benchmark a row, with 95 % intervals over questions. ' +
        'Where dataset, models or judge changed the line is broken: what is above it can not be held against what is below.',
    )
    .option('--variant <name>', 'only this variant; give it several times', each)
    .option('--dataset-name <name>', 'only benchmarks over datasets whose name begins so')
    .option('--recent <count>', 'only the last so many benchmarks', positiveCount, 20)
    .option('-o, --output <file>', 'write an HTML page with charts, too')
    .option('--json', 'print JSON lines, one a variant and benchmark', false)
    .action(async (options: HistoryOptions) => {
      const { showHistory } = await import('../../benchmark/over-time/benchmark-history.ts');
      process.exitCode = await showHistory(options);
    });
}

export function addExercise(program: Command): void {
  program
    .command('exercise')
    .summary("the course's checkpoint: routing, agreement with labels, both pipelines side by side, the memo")
    .description(
      'Asks placeholder specialists, so that routing and selection are seen alone; says how far the router agrees with ' +
        "the dataset's labels, beside the course's 80 %; asks some questions of both pipelines and shows their traces side " +
        'by side, with what orchestration adds; and ends with the memo. Without a key it takes a few minutes.',
    )
    .option('--dataset <file.jsonl>', 'the questions with their labels; the 64 about Fastify unless given')
    .option('--questions <n>', 'so many are asked of both pipelines, spread over the dataset', positiveCount, 10)
    .option('--limit <amount>', 'of both pipelines: stop at so many US dollars (2.50) or tokens', spendingLimit)
    .option('--name <id>', 'name its benchmark; exercise-<time>-<random> unless given', runIdValue)
    .option('--yes', 'do not ask, whatever it will cost', false)
    .option('--json', 'print one JSON object', false)
    .action(async (options: ExerciseOptions) => {
      const { runExercise } = await import('../../exercise/run-exercise.ts');
      process.exitCode = await runExercise(options);
    });
}
