/** `switchyard gc`: removes what no run needs any more. */
import type { Command } from 'commander';
import type { GcOptions } from '../../storage/collect-garbage.ts';
import { count } from '../../input/option-values.ts';

export function addGc(program: Command): void {
  program
    .command('gc')
    .summary('remove what no run needs any more')
    .description(
      'Removes snapshots, clones, content, journal entries, traces, logs and histories that neither an open run needs ' +
        'nor one that ended within the retention (SWITCHYARD_RETENTION_DAYS). Results of benchmarks stay. It may run ' +
        'while questions are answered; what is younger than an hour stays.',
    )
    .option('--keep <days>', 'keep what ended runs need for so many days; the setting unless given', count)
    .option('--dry-run', 'only say what would go', false)
    .option('--json', 'print one JSON object', false)
    .action(async (options: GcOptions) => {
      const { collectGarbage } = await import('../../storage/collect-garbage.ts');
      process.exitCode = await collectGarbage(options);
    });
}
