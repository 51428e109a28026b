/** A command that only hands its arguments to a program of another folder, which has a help text of its own. */
import type { Command } from 'commander';
import { spawn } from 'node:child_process';
import { moduleFile } from '../../../lib/own-files.ts';

/** @param main the program's module, as `moduleFile` takes it */
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
      process.exitCode = await runChild(main, given);
    });
}

// Runs another part of Switchyard as a child with our terminal, and ends as it ends; by the channel it learns of our death.

/** @returns the exit code; 128 + n after a signal */
function runChild(main: string, given: readonly string[]): Promise<number> {
  const file = moduleFile(main);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...given], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, forward);
      resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : 15));
    });
  });
}
