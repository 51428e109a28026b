/** `switchyard runs`: lists runs, shows one, cancels one, resumes one. */
import { type Command, type CommandOptions, Option } from 'commander';
import type { ListOptions } from '../../runs/list-runs.ts';
import { benchmarkId, knownRunId, positiveCount, runStatuses } from '../../input/option-values.ts';

type Json = { json: boolean };

export function addRuns(program: Command): void {
  const runs = program
    .command('runs')
    .summary('list runs; show, cancel or resume one')
    .option('--limit <n>', 'how many, newest first', positiveCount, 20)
    .option('--benchmark <id>', 'those of a benchmark; without it, those of none', benchmarkId)
    .addOption(new Option('--status <status>', 'only those with this status').choices(runStatuses))
    .option('--json', 'print JSON', false)
    .action(async (options: ListOptions) => {
      const { listRuns } = await import('../../runs/list-runs.ts');
      process.exitCode = await listRuns(options);
    });
  one(runs, 'show', 'show a run in full, running or finished').action(async (id: string, { json }: Json) => {
    const { showRun } = await import('../../runs/show-run.ts');
    process.exitCode = await showRun(id, json || runs.opts<Json>().json);
  });
  one(runs, 'cancel', 'cancel a run; what it has found so far is kept').action(async (id: string, { json }: Json) => {
    const { cancelRun } = await import('../../runs/steer-run.ts');
    process.exitCode = await cancelRun(id, json || runs.opts<Json>().json);
  });
  addResume(runs, 'resume');
  // What it was called before.
  addResume(runs, 'retry', { hidden: true });
}

function addResume(runs: Command, name: string, how: CommandOptions = {}): void {
  one(runs, name, 'resume a run that waits for its provider, and follow it', how)
    .option('--detach', 'only tell it, do not follow', false)
    .action(async (id: string, { json, detach }: Json & { detach: boolean }) => {
      const { resumeRun } = await import('../../runs/steer-run.ts');
      process.exitCode = await resumeRun(id, { json: json || runs.opts<Json>().json, detach });
    });
}

function one(runs: Command, name: string, summary: string, how: CommandOptions = {}): Command {
  return runs
    .command(name, how)
    .summary(summary)
    .argument('<run>', 'the id of the run', knownRunId)
    .option('--json', 'print one JSON object', false);
}
