/**
 * Retries of gRPC calls that end with the connection: the SDK's own leave a timer behind, which then throws in the
 * middle of nowhere ("Channel has been shut down").
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

export type PatientRetries = {
  interceptors: NonNullable<ConnectionOptions['interceptors']>;
  /** To be awaited before the connection is closed: no retry is begun any more, and none is waiting. */
  end(): Promise<void>;
};

/** A retry waits no longer than this, so that a command never hangs at its end. */
const longestMs = 1500;

export function patientRetries(): PatientRetries {
  const { delayFunction, retryableDecider } = defaultGrpcRetryOptions();
  let ending = false;
  let lastRetryMs = 0;
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !ending && retryableDecider(attempt, status),
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
