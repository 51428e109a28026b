/** `switchyard bench`: pipelines against each other over a dataset, as a durable workflow. */
import { type Command, Option } from 'commander';
import { rerunCommand, resultCommands } from './bench-results.ts';
import type { ScheduleOptions } from '../../benchmark/benchmark-schedules.ts';
import {
  benchmarkId,
  each,
  formerOption,
  positiveCount,
  questionFilter,
  runIdValue,
  spendingLimit,
  timeOfDay,
} from '../../input/option-values.ts';
import { withGraders } from './log-options.ts';
import type { ResumeOptions, RunOptions } from '../../benchmark/run-benchmark.ts';

type Json = { json: boolean };
type Id = string;

const concurrency = 6;

export function addBench(program: Command): void {
  const bench = program.command('bench').summary('measure pipelines against each other over a dataset');
  withGraders(planned(bench.command('run').summary('run a benchmark, and write its report')))
    .description(
      'Asks every question with every pipeline, says first what it will take, and shows how it gets on. Ctrl-C leaves ' +
        'it resumable. The first pipeline without a router is the baseline, unless --baseline says otherwise.',
    )
    .option('--no-cache', 'pay for every model call, and keep the replies for later benchmarks')
    .option('--yes', 'do not ask, whatever it will cost', false)
    .option('--faults <switch>', "make the offline model fail, as 'switchyard model --help' says")
    .option('--json', 'print one JSON object at the end', false)
    .action(async (options: RunOptions) => {
      const { runBenchmark } = await import('../../benchmark/run-benchmark.ts');
      process.exitCode = await runBenchmark(withExpectedRoute(options));
    });
  rerunCommand(bench);
  resultCommands(bench);
  addResume(bench);
  addSteering(bench);
  addPublish(bench);
  addSchedule(bench);
}

function planned(command: Command): Command {
  return command
    .option('--dataset <file.jsonl>', 'the questions with their ground truth; the 64 about Fastify unless given')
    .option(
      '--pipeline <name or file>',
      'a pipeline to measure; give it several times; single-agent and orchestrated unless given',
      each,
    )
    .option('--baseline <name>', 'which of the pipelines the others are held against')
    .option('--trials <n>', 'how often each question is asked', positiveCount, 1)
    .option('--concurrency <n>', 'how many questions at a time', positiveCount, concurrency)
    .option('--limit <amount>', 'stop at so many US dollars (2.50) or tokens (500000tokens)', spendingLimit)
    .option('--name <id>', 'name the benchmark; bench-<time>-<random> unless given', runIdValue)
    .option('--leave-one-out', 'run the split once more without each of its specialists', false)
    .option('--questions <n>', 'so many questions, spread over the dataset', positiveCount)
    .option(
      '--filter <key=value>',
      'only questions by route, kind, id, tag, split, text, or label of an earlier benchmark; give it several times',
      questionFilter,
    )
    .option('--expected-route <name>', 'only questions that this route is expected for')
    .addOption(formerOption('--route <name>', 'expectedRoute'));
}

/** `--route` skips the router in `ask`, so that the choice of questions has a name of its own. */
function withExpectedRoute<Options extends { route?: string }>(given: Options & { expectedRoute?: string }): Options {
  return given.expectedRoute === undefined ? given : { ...given, route: given.expectedRoute };
}

function addResume(bench: Command): void {
  bench
    .command('resume')
    .summary('go on with a benchmark, and follow it')
    .description(
      'Takes up a benchmark that was paused, left by Ctrl-C, cancelled, or that ended at its limit. What is recorded ' +
        'is not asked again; runs that wait for their provider try it again.',
    )
    .argument('<benchmark>', 'the id of the benchmark', benchmarkId)
    .option('--concurrency <n>', 'of one that has ended: how many questions at a time', positiveCount, concurrency)
    .option('--limit <amount>', 'of one that has ended: its new limit, what is spent included', spendingLimit)
    .option('--yes', 'without a limit, also after it ended at one', false)
    .option('--json', 'print one JSON object at the end', false)
    .action(async (id: Id, options: ResumeOptions) => {
      const { resumeBenchmark } = await import('../../benchmark/run-benchmark.ts');
      process.exitCode = await resumeBenchmark(id, options);
    });
}

function addSteering(bench: Command): void {
  bench
    .command('status')
    .summary('show benchmarks, or one')
    .argument('[benchmark]', 'the id of the benchmark', benchmarkId)
    .option('--json', 'print JSON lines', false)
    .action(async (id: Id | undefined, { json }: Json) => {
      const { showBenchmarks } = await import('../../benchmark/steer-benchmark.ts');
      process.exitCode = await showBenchmarks(id, json);
    });
  one(bench, 'pause', 'ask nothing new until it is resumed').action(async (id: Id, { json }: Json) => {
    const { pauseBenchmark } = await import('../../benchmark/steer-benchmark.ts');
    process.exitCode = await pauseBenchmark(id, json);
  });
  one(bench, 'cancel', 'end it now, with what is recorded').action(async (id: Id, { json }: Json) => {
    const { cancelBenchmark } = await import('../../benchmark/steer-benchmark.ts');
    process.exitCode = await cancelBenchmark(id, json);
  });
  one(bench, 'delete', 'delete its folder and its runs; not while it runs').action(async (id: Id, { json }: Json) => {
    const { deleteBenchmark } = await import('../../benchmark/delete-benchmark.ts');
    process.exitCode = await deleteBenchmark(id, json);
  });
  one(bench, 'report', 'write its report and memo anew').action(async (id: Id, { json }: Json) => {
    const { reportBenchmark } = await import('../../benchmark/steer-benchmark.ts');
    process.exitCode = await reportBenchmark(id, json);
  });
}

function addPublish(bench: Command): void {
  one(bench, 'publish', 'send an old benchmark to Langfuse: dataset, traces and scores')
    .option('--all', 'send traces that Langfuse has, too, as this version makes them', false)
    .action(async (id: Id, options: { all: boolean; json: boolean }) => {
      const { publishBenchmark } = await import('../../evaluate/publish-benchmark.ts');
      process.exitCode = await publishBenchmark(id, options);
    });
}

function addSchedule(bench: Command): void {
  const schedule = planned(bench.command('schedule').summary('run a benchmark every night; list or delete schedules'))
    .description(
      'Has the Temporal server start the benchmark once a day; it runs while a runtime is up ("switchyard up") or a ' +
        'worker is. Each night has a folder of its own; "switchyard bench report ID" writes its report.',
    )
    .addOption(
      new Option('--at <time>', 'at this time of day, here')
        .argParser(timeOfDay)
        .default({ hour: 3, minute: 0 }, '03:00'),
    )
    .option('--yes', 'do not ask, whatever one night will cost', false)
    .option('--json', 'print one JSON object', false)
    .action(async (options: ScheduleOptions) => {
      const { createSchedule } = await import('../../benchmark/benchmark-schedules.ts');
      process.exitCode = await createSchedule(withExpectedRoute(options));
    });
  schedule
    .command('list')
    .summary('list the schedules')
    .option('--json', 'print JSON lines', false)
    .action(async ({ json }: Json) => {
      const { listSchedules } = await import('../../benchmark/benchmark-schedules.ts');
      process.exitCode = await listSchedules(json || schedule.opts<Json>().json);
    });
  schedule
    .command('delete')
    .summary('delete a schedule; what it has run is kept')
    .argument('<schedule>', 'the name of the schedule', benchmarkId)
    .option('--json', 'print one JSON object', false)
    .action(async (id: Id, { json }: Json) => {
      const { deleteSchedule } = await import('../../benchmark/benchmark-schedules.ts');
      process.exitCode = await deleteSchedule(id, json || schedule.opts<Json>().json);
    });
}

function one(parent: Command, name: string, summary: string): Command {
  return parent
    .command(name)
    .summary(summary)
    .argument('<benchmark>', 'the id of the benchmark', benchmarkId)
    .option('--json', 'print one JSON object', false);
}
