/**
 * The ways in which work ends early: the request can be changed, the work could not be done, or a person said stop. Each has
 * a `code` that programs can rely on; application/errors.ts has those that say more.
 */

/** What was asked for cannot be done as given, or names what does not exist: one line, and no work was done. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly code: string = 'InvalidInput';
}

/** The request was right and its work failed: one line. */
export class CommandFailure extends Error {
  override name = 'CommandFailure';
  readonly code: string = 'Failed';
}

/** A person said stop before there was a run to keep. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  readonly code = 'Interrupted';
  override message = 'interrupted before the run was started';
}

/** The code of a Node system error such as ENOENT; null for anything else. */
export function systemErrorCode(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  // The codes of our own errors are words in mixed case.
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : null;
}

/** What was thrown, in words: the message of an error, anything else as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
