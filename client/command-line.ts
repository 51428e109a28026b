/** The command line: runs the command that it is given, and ends with its exit code. */
import { CommanderError } from 'commander';
import { typedError } from '../application/errors.ts';
import { exitCodes, exitCodesOfErrors } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { endWhenReaderLeaves, note } from './terminal/output.ts';
import { printableLine } from '../lib/printable.ts';
import { keepFilesPrivate } from '../lib/fs.ts';
import { endWithParent } from '../lib/tied-child.ts';

/** Sets the exit code of this process, and ends it quietly when nobody reads any more. */
export async function runAsProcess(): Promise<void> {
  keepFilesPrivate();
  endWhenReaderLeaves();
  endWithParent();
  await runCommand(process.argv.slice(2));
}

export async function runCommand(given: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(given, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}

// Turns whatever ended a command into a line on stderr and an exit code.

/** The stack of what nobody foresaw is shown: it is our mistake, and a report needs it. */
function reportFailure(error: unknown): number {
  // Commander has already printed its own.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.worked : exitCodes.usage;
  const known = typedError(error);
  if (known === null) {
    note(`switchyard: this should not happen: ${error instanceof Error ? error.stack : String(error)}`);
    return exitCodes.failed;
  }
  note(`switchyard: ${printableLine(known.message)}`);
  return exitCodesOfErrors[known.code];
}
