/** Connects to the Temporal server that the environment names, or to the one of this data directory's runtime. */
import {
  Client,
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure, rootCause } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../config/config.ts';
import { type FailureKind, isFailureKind } from '../contracts/failures.ts';
import { CommandFailure } from '../lib/errors.ts';
import { printableLine } from '../lib/printable.ts';
import { channelArgsFor } from '../runtime/temporal/channel-args.ts';
import { unreachableText } from '../runtime/temporal/connection-problem.ts';
import { setTimeout as sleep } from 'node:timers/promises';

export type TemporalConnection = {
  client: Client;
  connection: Connection;
  namespace: string;
  address: string;
  close(): Promise<void>;
};

const connectSeconds = 10;

/** The server of TEMPORAL_ADDRESS, TEMPORAL_PROFILE and their kin. */
export function connectExternal(temporal: Config['temporal']): Promise<TemporalConnection> {
  const { connectionOptions, namespace } = loadClientConnectConfig({
    overrideEnvVars: temporal.environment,
  });
  const { address, tls, apiKey, metadata } = connectionOptions;
  return connectTo(namespace ?? 'default', {
    ...(address === undefined ? {} : { address }),
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  });
}

/** The server of the runtime, as its `ready` message names it. */
export function connectLocal(address: string, namespace: string): Promise<TemporalConnection> {
  return connectTo(namespace, { address });
}

async function connectTo(namespace: string, options: ConnectionOptions): Promise<TemporalConnection> {
  const address = options.address ?? 'localhost:7233';
  const { interceptors, end } = patientRetries();
  try {
    const more = { interceptors, connectTimeout: connectSeconds * 1000 };
    const connection = await Connection.connect({ ...channelArgsFor(address), ...options, ...more });
    const client = new Client({ connection, namespace });
    const close = async () => {
      await end();
      await connection.close();
    };
    return { connection, client, namespace, address, close };
  } catch (error) {
    throw new CommandFailure(unreachableText(address, error));
  }
}

/** Why a workflow has failed, on one line: what is thrown says only that it has. */
export function reasonOf({ cause, message }: WorkflowFailedError): string {
  return printableLine(rootCause(cause) ?? message).slice(0, 300);
}

/** The kind of failure that ended a workflow; null where it is none of ours. */
export function failureKindOf(error: WorkflowFailedError): FailureKind | null {
  let cause: unknown = error.cause;
  while (cause instanceof Error && !(cause instanceof ApplicationFailure)) cause = cause.cause;
  const type = cause instanceof ApplicationFailure ? cause.type : null;
  return typeof type === 'string' && isFailureKind(type) ? type : null;
}

/** True when some worker has lately asked for workflow tasks on the queue. */
export async function hasPollers({ connection, namespace }: TemporalConnection, taskQueue: string): Promise<boolean> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    // TASK_QUEUE_TYPE_WORKFLOW
    taskQueueType: 1,
  });
  return (pollers ?? []).length > 0;
}

// Retries of gRPC calls that end with the connection: the SDK's own leave a timer behind, which then throws in the
// middle of nowhere ("Channel has been shut down").

type PatientRetries = {
  interceptors: NonNullable<ConnectionOptions['interceptors']>;
  /** To be awaited before the connection is closed: no retry is begun any more, and none is waiting. */
  end(): Promise<void>;
};

/** A retry waits no longer than this, so that a command never hangs at its end. */
const longestMs = 1500;

function patientRetries(): PatientRetries {
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
