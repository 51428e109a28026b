/** The command line: runs the command that it is given, and ends with its exit code. */
import { CommanderError } from 'commander';
import { isUnreadable } from '../codecs/failures.ts';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { endWhenReaderLeaves, note } from './terminal/output.ts';
import { printableLine } from '../lib/printable.ts';
import { keepFilesPrivate } from '../lib/fs.ts';
import { endWithParent } from '../lib/tied-child.ts';
import { CommandFailure, Interrupted, UsageError } from '../lib/errors.ts';

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
  if (error instanceof UsageError) return tell(error, exitCodes.usage);
  if (error instanceof Interrupted) return tell(error, exitCodes.interrupted);
  if (error instanceof CommandFailure) return tell(error, exitCodes.failed);
  if (isUnreadable(error)) return tell(error, exitCodes.usage);
  if (isUndecoded(error)) return tell(new Error(undecodedText), exitCodes.usage);
  if (isCancelled(error)) return tell(new Interrupted(), exitCodes.interrupted);
  if (isRpcFailure(error)) return tell(new Error(rpcText(error)), exitCodes.failed);
  note(`switchyard: this should not happen: ${error instanceof Error ? error.stack : String(error)}`);
  return exitCodes.failed;
}

function tell(error: Error, code: number): number {
  note(`switchyard: ${printableLine(error.message)}`);
  return code;
}

/** What the SDK throws for a payload of our codecs where none is configured. */
function isUndecoded(error: unknown): boolean {
  const messages = [error, error instanceof Error ? error.cause : null].map((each) => String(each));
  return messages.some((message) => /Unknown encoding: binary\/(encrypted|zstd)/.test(message));
}

const undecodedText =
  'this run is encrypted or compressed, and no key is configured: set SWITCHYARD_ENCRYPTION_KEYS, or ' +
  'SWITCHYARD_PAYLOAD_COMPRESSION=on, as its workers have it';

const names = ['ServiceError', 'WorkflowNotFoundError', 'NamespaceNotFoundError'];

/** What @temporalio/client throws for a failed call, or gRPC itself, known by what it has so that this file loads neither. */
function isRpcFailure(error: unknown): error is Error {
  return error instanceof Error && (names.includes(error.name) || ('details' in error && codeOf(error) !== null));
}

/** The gRPC code; null for an error of something else. */
function codeOf(error: Error): number | null {
  const from = error.cause instanceof Error ? error.cause : error;
  return 'code' in from && typeof from.code === 'number' ? from.code : null;
}

/** CANCELLED: the person who waited has pressed Ctrl-C. */
function isCancelled(error: unknown): boolean {
  return isRpcFailure(error) && codeOf(error) === 1;
}

/** gRPC codes of a server that is away, or too slow: UNAVAILABLE and DEADLINE_EXCEEDED. */
const away: readonly (number | null)[] = [14, 4];

/** PERMISSION_DENIED and UNAUTHENTICATED. */
const refusing: readonly (number | null)[] = [7, 16];

function rpcText(error: Error): string {
  const { message, cause } = error;
  if (away.includes(codeOf(error)))
    return 'the Temporal server does not answer any more: look whether it is up ("switchyard doctor"), and try again';
  const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
  const advice = refusing.includes(codeOf(error)) ? ': check TEMPORAL_API_KEY and the certificate' : '';
  return `the Temporal server refused: ${why}${advice}`;
}
