/** `switchyard replay`: whether the workflow code fits the histories of runs. */
import type { Command } from 'commander';
import { positiveCount } from '../../input/option-values.ts';
import type { ReplayOptions } from '../../runs/replay-runs.ts';

export function addReplay(program: Command): void {
  program
    .command('replay')
    .summary('replay runs with the workflow code of this version')
    .description(
      'Replays histories with the workflow code of this version, to know before an upgrade whether open runs can go on ' +
        'with it. Ends with 1 where one differs, and names the first command that does. Nothing is asked of a model.',
    )
    .argument('[runs...]', 'run ids, or histories saved as .json or .json.gz')
    .option('--recent <count>', 'the runs that began last, of any workflow on the task queue', positiveCount)
    .option('--json', 'print one JSON object a run', false)
    .action(async (runs: string[], options: ReplayOptions) => {
      const { replayRuns } = await import('../../runs/replay-runs.ts');
      process.exitCode = await replayRuns(runs, options);
    });
}
