/**
 * What can go wrong in the application layer. Each error has a `code` that stays, for programs, and a message that names the
 * way out, for people. What `UsageError` stands behind has done nothing; `CommandFailure` is for what went wrong on the way.
 */
import { isUnreadable } from '../codecs/failures.ts';
import { CommandFailure, Interrupted, UsageError } from '../lib/errors.ts';

export { Interrupted } from '../lib/errors.ts';

/** Every code that an error of the application layer may have. */
export const errorCodes = [
  'InvalidInput',
  'RunNotFound',
  'RunExists',
  'RunStillGoesOn',
  'RunHasEnded',
  'RunBroken',
  'RunNotRetryable',
  'RunSilent',
  'RuntimeGone',
  'ServerUnavailable',
  'ServerRefused',
  'Unreadable',
  'Interrupted',
  'Failed',
] as const;

/** What went wrong, for programs. */
export type ErrorCode = (typeof errorCodes)[number];

/** Something that was given is wrong. */
export class InvalidInput extends UsageError {
  override name = 'InvalidInput';
  override readonly code = 'InvalidInput' satisfies ErrorCode;
  /** Which field of the request, or `settings`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** No run of a question has the id that was given. */
export class RunNotFound extends UsageError {
  override name = 'RunNotFound';
  override readonly code = 'RunNotFound' satisfies ErrorCode;

  /** @param type of the workflow that has that id; null where none has it */
  constructor(workflowId: string, type: string | null = null) {
    super(
      type === null
        ? `there is no run ${workflowId}: "switchyard runs" lists those there are`
        : `${workflowId} is not the run of a question but of the workflow ${type}: "switchyard runs" lists those of questions`,
    );
  }
}

/** The id of the run that was to be started is taken. */
export class RunExists extends UsageError {
  override name = 'RunExists';
  override readonly code = 'RunExists' satisfies ErrorCode;

  constructor(workflowId: string) {
    super(`there is already a run ${workflowId}: see "switchyard runs show ${workflowId}"`);
  }
}

/** What was asked for needs a run that has ended. */
export class RunStillGoesOn extends CommandFailure {
  override name = 'RunStillGoesOn';
  override readonly code = 'RunStillGoesOn' satisfies ErrorCode;

  constructor(workflowId: string) {
    super(`the run ${workflowId} still goes on: wait for it, or end it with "switchyard runs cancel ${workflowId}"`);
  }
}

/** What was asked for needs a run that goes on. */
export class RunHasEnded extends CommandFailure {
  override name = 'RunHasEnded';
  override readonly code = 'RunHasEnded' satisfies ErrorCode;

  constructor(workflowId: string) {
    super(`the run ${workflowId} has already ended: "switchyard runs show ${workflowId}" shows it`);
  }
}

/** The run has ended without an outcome: it failed, was terminated, or ran into the server's own limit. */
export class RunBroken extends CommandFailure {
  override name = 'RunBroken';
  override readonly code = 'RunBroken' satisfies ErrorCode;
}

/** Nothing of the run can be tried again. */
export class RunNotRetryable extends CommandFailure {
  override name = 'RunNotRetryable';
  override readonly code = 'RunNotRetryable' satisfies ErrorCode;

  constructor(workflowId: string, why: string) {
    super(`the run ${workflowId} cannot be retried: ${why}`);
  }
}

/** No worker tells the state of a run that goes on. */
export class RunSilent extends CommandFailure {
  override name = 'RunSilent';
  override readonly code = 'RunSilent' satisfies ErrorCode;

  constructor(workflowId: string) {
    super(`the run ${workflowId} goes on, and no worker tells its state`);
  }
}

/** The runtime that a session had joined went away; runs are kept. */
export class RuntimeGone extends CommandFailure {
  override name = 'RuntimeGone';
  override readonly code = 'RuntimeGone' satisfies ErrorCode;
}

/** No server or runtime can be had, or none answers. */
export class ServerUnavailable extends CommandFailure {
  override name = 'ServerUnavailable';
  override readonly code = 'ServerUnavailable' satisfies ErrorCode;
}

/** The Temporal server answers, and does not do what it is asked. */
export class ServerRefused extends CommandFailure {
  override name = 'ServerRefused';
  override readonly code = 'ServerRefused' satisfies ErrorCode;
}

/** Something is encrypted, or has a shape, that these settings or this version can't read. */
export class Unreadable extends UsageError {
  override name = 'Unreadable';
  override readonly code = 'Unreadable' satisfies ErrorCode;
}

/** An error that says by its code what went wrong. */
export type TypedError = (UsageError | CommandFailure | Interrupted) & { code: ErrorCode };

/** What was thrown as one of these; null for what nobody foresaw. The SDK's own errors are among what is known. */
export function typedError(error: unknown): TypedError | null {
  if (isTyped(error)) return error;
  if (isUnreadable(error)) return new Unreadable(error.message);
  if (isUndecoded(error)) return new Unreadable(undecodedText);
  if (!isRpcFailure(error)) return null;
  // CANCELLED: the person who waited has said stop.
  if (codeOf(error) === 1) return new Interrupted();
  return away.includes(codeOf(error)) ? new ServerUnavailable(awayText) : new ServerRefused(refusalText(error));
}

function isTyped(error: unknown): error is TypedError {
  const ours = error instanceof UsageError || error instanceof CommandFailure || error instanceof Interrupted;
  return ours && errorCodes.some((code) => code === error.code);
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

/** gRPC codes of a server that is away, or too slow: UNAVAILABLE and DEADLINE_EXCEEDED. */
const away: readonly (number | null)[] = [14, 4];
const awayText =
  'the Temporal server does not answer any more: look whether it is up ("switchyard doctor"), and try again';

/** PERMISSION_DENIED and UNAUTHENTICATED. */
const refusing: readonly (number | null)[] = [7, 16];

function refusalText(error: Error): string {
  const { message, cause } = error;
  const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
  const advice = refusing.includes(codeOf(error)) ? ': check TEMPORAL_API_KEY and the certificate' : '';
  return `the Temporal server refused: ${why}${advice}`;
}
