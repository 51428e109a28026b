/** The two ways in which a command ends early: the person can change the command, or the work could not be done. */

/** The command as given cannot be run, or names what does not exist: exit code 2, one line, no work was done. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The command was right and its work failed: exit code 1, one line. */
export class CommandFailure extends Error {
  override name = 'CommandFailure';
}

/** A person said stop before there was a run to keep: exit code 130. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  override message = 'interrupted before the run was started';
}

/** The code of a Node system error such as ENOENT; null for anything else. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** What was thrown, in words: the message of an error, anything else as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
