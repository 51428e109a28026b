/** The command line: runs the command that it is given, and ends with its exit code. */
import { CommanderError } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { endWhenReaderLeaves, note } from './terminal/output.ts';
import { printableLine } from '../lib/printable.ts';
import { endWithParent } from '../lib/tied-child.ts';
import { CommandFailure, Interrupted, UsageError } from '../lib/errors.ts';

/** Sets the exit code of this process, and ends it quietly when nobody reads any more. */
export async function runAsProcess(): Promise<void> {
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
  if (error instanceof UsageError) return tell(error, exitCodes.usage);
  if (error instanceof Interrupted) return tell(error, exitCodes.interrupted);
  if (error instanceof CommandFailure) return tell(error, exitCodes.failed);
  if (isRpcFailure(error)) return tell(new Error(rpcText(error)), exitCodes.failed);
  note(`switchyard: this should not happen: ${error instanceof Error ? error.stack : String(error)}`);
  return exitCodes.failed;
}

function tell(error: Error, code: number): number {
  note(`switchyard: ${printableLine(error.message)}`);
  return code;
}

/** What @temporalio/client throws for a failed call, known by name so that this file does not load it. */
function isRpcFailure(error: unknown): error is Error {
  return error instanceof Error && ['ServiceError', 'WorkflowNotFoundError'].includes(error.name);
}

/** gRPC codes of a server that is away, or too slow: UNAVAILABLE and DEADLINE_EXCEEDED. */
const away: readonly unknown[] = [14, 4];

function rpcText({ message, cause }: Error): string {
  if (cause instanceof Error && 'code' in cause && away.includes(cause.code))
    return 'the Temporal server does not answer any more: look whether it is up ("switchyard doctor"), and try again';
  const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return `the Temporal server refused: ${why}`;
}
