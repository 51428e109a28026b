/** A command that only hands its arguments to a program of another folder, which has a help text of its own. */
import type { Command } from 'commander';

/** @param main the program's file, relative to the checkout. */
export function addPassThrough(program: Command, name: string, summary: string, main: string): Command {
  return program
    .command(name)
    .summary(summary)
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .passThroughOptions()
    .argument('[options...]')
    .action(async (given: string[]) => {
      const { runChild } = await import('../../child-program.ts');
      process.exitCode = await runChild(main, given);
    });
}
