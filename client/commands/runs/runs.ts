/** `switchyard runs`: lists runs, shows one, cancels one; decides what they ask; pauses, resumes or retries one or many. */
import { type Command, Option } from 'commander';
import type { ListOptions } from '../../runs/print-runs.ts';
import type { SteerOptions, SteeringAction } from '../../runs/steer-runs.ts';
import { runStatuses } from '../../../application/runs/run-status.ts';
import { runsAfterAnswer } from './after-answer.ts';
import { forkCommand } from './fork.ts';
import { benchmarkId, knownRunId, positiveCount } from '../../input/option-values.ts';
import { decisionCommands } from './decisions.ts';

type Json = { json: boolean };

export function addRuns(program: Command): void {
  const runs = program
    .command('runs')
    .summary('list runs; show, cancel, rate or delete one; decide what they ask; pause, resume or retry one or many')
    .option('--limit <n>', 'how many, newest first', positiveCount, 20)
    .option('--benchmark <id>', 'those of a benchmark; without it, those of none', benchmarkId)
    .addOption(new Option('--status <status>', 'only those with this status').choices(runStatuses))
    .option('--json', 'print JSON', false)
    .action(async (options: ListOptions) => {
      const { printRuns } = await import('../../runs/print-runs.ts');
      process.exitCode = await printRuns(options);
    });
  one(runs, 'show', 'show a run in full, running or finished').action(async (id: string, { json }: Json) => {
    const { showRun } = await import('../../runs/show-run.ts');
    process.exitCode = await showRun(id, json || runs.opts<Json>().json);
  });
  one(runs, 'cancel', 'cancel a run; what it has found so far is kept').action(async (id: string, { json }: Json) => {
    const { cancel } = await import('../../runs/steer-run.ts');
    process.exitCode = await cancel(id, json || runs.opts<Json>().json);
  });
  runsAfterAnswer(runs);
  forkCommand(runs);
  decisionCommands(runs);
  addSteering(runs, 'pause', 'have runs begin nothing new until they are resumed');
  addSteering(runs, 'resume', 'resume runs that wait for their provider or were paused; one alone is followed');
  addSteering(runs, 'retry', 'take up runs that ended unavailable, at the call that failed; one alone is followed');
}

const manyHelp =
  'Give the id of one run, or choose many: with --all, by --benchmark or by --query. How many they are is said first, ' +
  'and asked about unless --yes says so; --dry-run says it and does nothing.';

function addSteering(runs: Command, action: SteeringAction, summary: string): void {
  const command = runs
    .command(action)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}. ${manyHelp}`)
    .argument('[run]', 'the id of one run', knownRunId)
    .option('--all', 'all runs that this can be done to, those of benchmarks too', false)
    .option('--benchmark <id>', 'those of a benchmark', benchmarkId)
    .option('--query <text>', "those that a visibility query of Temporal finds, such as SwitchyardPipeline = 'mine'")
    .option('--dry-run', 'only say how many they are, and which', false)
    .option('--yes', 'do not ask, however many they are', false)
    .option('--json', 'print one JSON object', false);
  if (action !== 'pause') command.option('--detach', 'of one run: only tell it, do not follow', false);
  command.action(async (id: string | undefined, options: SteerOptions) => {
    const { steerRuns } = await import('../../runs/steer-runs.ts');
    process.exitCode = await steerRuns(action, id, { ...options, json: options.json || runs.opts<Json>().json });
  });
}

function one(runs: Command, name: string, summary: string): Command {
  return runs
    .command(name)
    .summary(summary)
    .argument('<run>', 'the id of the run', knownRunId)
    .option('--json', 'print one JSON object', false);
}
