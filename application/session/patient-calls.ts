/**
 * Calls to a Temporal server that may just be restarting: tried again for a while, and said once. A call is repeated as it
 * was, with the same request id, so that a server which had done it already knows it by that and does nothing twice.
 * The retries end with the connection: the SDK's own leave a timer behind, which then throws in the middle of nowhere
 * ("Channel has been shut down").
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { connectionProblem } from '../../runtime/temporal/connection-problem.ts';

export type Patience = {
  /** What a person is told, once in an outage. */
  tell: (text: string) => void;
  /** Aborted where nobody waits any more: calls end as CANCELLED. */
  signal: AbortSignal;
  /** Aborted where the server will not come back: calls fail at once. */
  gone?: AbortSignal;
};

export type PatientCalls = {
  interceptors: NonNullable<ConnectionOptions['interceptors']>;
  /** To be awaited before the connection is closed: no retry is begun any more, and none is waiting. */
  end(): Promise<void>;
};

/** How long a server may take to be back. */
export const outageSeconds = 30;
/** A fresh server answers before its namespaces are known to all its parts; one with a wrong name never is. */
const namespaceSeconds = 10;
/** What is over by then is not told. */
export const untoldMs = 1000;
/** A retry waits no longer than this, so that a command never hangs at its end. */
const longestMs = 1500;

/** google.rpc.Code */
const codes = { ok: 0, cancelled: 1, deadlineExceeded: 4, notFound: 5, resourceExhausted: 8, unavailable: 14 } as const;

type Status = Parameters<Parameters<typeof makeGrpcRetryInterceptor>[0]['retryableDecider']>[1];

/** @param address for people. */
export function patientCalls(address: string, patience: Patience, now = () => performance.now()): PatientCalls {
  const { delayFunction, retryableDecider } = defaultGrpcRetryOptions();
  const outage = new Outage(address, patience, now);
  let ending = false;
  let lastRetryMs = 0;
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => {
      const seconds = secondsFor(status);
      if (seconds === null) outage.mayBeOver(status);
      if (ending) return false;
      return seconds === null ? retryableDecider(attempt, status) : outage.goesOn(status, seconds);
    },
    delayFunction: (attempt, status) => {
      const delayMs = Math.min(longestMs, delayFunction(attempt, status));
      lastRetryMs = Math.max(lastRetryMs, performance.now() + delayMs);
      return delayMs;
    },
  });
  return {
    interceptors: [interceptor],
    end: async () => {
      ending = true;
      const leftMs = lastRetryMs - performance.now();
      // Timers may fire a little late: the margin lets the last one begin its call on a channel that is still open.
      if (leftMs > 0) await sleep(leftMs + 50);
    },
  };
}

/** How long an outage of this kind may last; null: the SDK's own rule decides. */
function secondsFor({ code, details }: Status): number | null {
  if (code === codes.unavailable || code === codes.resourceExhausted) return outageSeconds;
  return code === codes.notFound && /^namespace\b.*not found/i.test(details) ? namespaceSeconds : null;
}

/** From the first call that a server does not take to the next one that it does. */
class Outage {
  readonly #address: string;
  readonly #patience: Patience;
  readonly #now: () => number;
  #sinceMs: number | null = null;
  #told = false;

  constructor(address: string, patience: Patience, now: () => number) {
    this.#address = address;
    this.#patience = patience;
    this.#now = now;
  }

  mayBeOver({ code }: Status): void {
    // These two come from our side.
    if (code === codes.deadlineExceeded || code === codes.cancelled) return;
    this.#sinceMs = null;
    this.#told = false;
  }

  goesOn(status: Status, seconds: number): boolean {
    if (this.#patience.signal.aborted) {
      status.code = codes.cancelled;
      return false;
    }
    if (this.#patience.gone?.aborted === true) return false;
    this.#sinceMs ??= this.#now();
    const passedMs = this.#now() - this.#sinceMs;
    if (passedMs >= seconds * 1000) return false;
    if (passedMs >= untoldMs && !this.#told) {
      this.#told = true;
      const left = Math.ceil(seconds - passedMs / 1000);
      this.#patience.tell(notReadyText(this.#address, new Error(status.details), left));
    }
    return true;
  }
}

export function notReadyText(address: string, error: unknown, seconds: number): string {
  return `the Temporal server at ${address} is not ready (${connectionProblem(error)}): trying again for ${seconds} s`;
}
