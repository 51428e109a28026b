/** `switchyard worker`: a worker alone, against the server that the environment names. */
import type { Command } from 'commander';

export function addWorker(program: Command): void {
  program
    .command('worker')
    .summary('run a worker alone against the server that TEMPORAL_ADDRESS or TEMPORAL_PROFILE names')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .passThroughOptions()
    .argument('[options...]')
    .action(async (given: string[]) => {
      const { runChild } = await import('../child-program.ts');
      process.exitCode = await runChild('worker/main.ts', given);
    });
}
