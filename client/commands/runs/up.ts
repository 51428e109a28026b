/** `switchyard up`: server and worker until Ctrl-C. */
import type { Command } from 'commander';

export function addUp(program: Command): void {
  program
    .command('up')
    .summary('run server and worker until Ctrl-C')
    .description(
      'Runs the Temporal server, the worker and, without a key, the offline model of this data directory until Ctrl-C.',
    )
    .action(async () => {
      const { stayUp } = await import('../../ask/stay-up.ts');
      process.exitCode = await stayUp();
    });
}
