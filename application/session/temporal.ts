/** Connects to the Temporal server that the environment names, or to the one of this data directory's runtime. */
import { Client, Connection, type ConnectionOptions, type WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, type DataConverter, rootCause } from '@temporalio/common';
import type { Encryption } from '../../codecs/cipher.ts';
import type { Config } from '../../config/config.ts';
import { type FailureKind, isFailureKind } from '../../contracts/failures.ts';
import { Interrupted, messageOf } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';
import { connectConfig } from '../../runtime/host/server-address.ts';
import { channelArgsFor } from '../../runtime/temporal/channel-args.ts';
import { InvalidInput, ServerUnavailable } from '../errors.ts';
import { notReadyText, outageSeconds, type Patience, patientCalls, untoldMs } from './patient-calls.ts';

export type TemporalConnection = {
  client: Client;
  connection: Connection;
  namespace: string;
  address: string;
  close(): Promise<void>;
};

/** A channel that was refused for long would else look for the server again only every two minutes. */
const reconnect = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1000 };

/**
 * The server of TEMPORAL_ADDRESS, TEMPORAL_PROFILE and their kin; 127.0.0.1:7233 without an address.
 * @param dataConverter in place of that of the settings
 */
export function connectExternal(
  { temporal, encryption }: Pick<Config, 'temporal'> & { encryption: Encryption },
  patience: Patience,
  dataConverter?: DataConverter,
): Promise<TemporalConnection> {
  const { connectionOptions, namespace } = readConnectConfig(temporal);
  const { address, tls, apiKey, metadata } = connectionOptions;
  const own = dataConverter === undefined ? {} : { dataConverter };
  return connectTo({ namespace: namespace ?? 'default', encryption, ...own }, patience, {
    address: address ?? '127.0.0.1:7233',
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  });
}

/** @throws InvalidInput */
function readConnectConfig(temporal: Config['temporal']): ReturnType<typeof connectConfig> {
  try {
    return connectConfig({ temporal });
  } catch (error) {
    throw new InvalidInput('settings', messageOf(error));
  }
}

/** The server of the runtime, as its `ready` message names it. */
export function connectLocal(
  { address, namespace, encryption }: { address: string; namespace: string; encryption: Encryption },
  patience: Patience,
): Promise<TemporalConnection> {
  return connectTo({ namespace, encryption }, patience, { address });
}

async function connectTo(
  { namespace, encryption, ...own }: { namespace: string; encryption: Encryption; dataConverter?: DataConverter },
  patience: Patience,
  options: ConnectionOptions,
): Promise<TemporalConnection> {
  const address = options.address ?? 'localhost:7233';
  const { interceptors, end } = patientCalls(address, patience);
  const channelArgs = { ...channelArgsFor(address).channelArgs, ...reconnect };
  const more = { channelArgs, interceptors, connectTimeout: outageSeconds * 1000 };
  const connection = Connection.lazy({ ...options, ...more });
  const close = async () => {
    await end();
    await connection.close();
  };
  try {
    await untilConnected(connection, address, patience);
    return {
      connection,
      client: new Client({ connection, namespace, ...(await converterOf(encryption)), ...own }),
      namespace,
      address,
      close,
    };
  } catch (error) {
    await close();
    if (error instanceof Interrupted) throw error;
    const { whyUnreachable } = await import('../../runtime/temporal/tls-problem.ts');
    throw new ServerUnavailable(await whyUnreachable({ address, tls: options.tls }, error));
  }
}

/** Loaded only where it is needed. */
async function converterOf(encryption: Encryption): Promise<{ dataConverter?: DataConverter }> {
  if (encryption.keys.length === 0 && !encryption.compression) return {};
  const { dataConverterOf } = await import('../../codecs/data-converter.ts');
  return dataConverterOf(encryption);
}

async function untilConnected(connection: Connection, address: string, patience: Patience): Promise<void> {
  const { tell, signal, gone } = patience;
  const interrupted = Promise.withResolvers<never>();
  const giveUp = () => interrupted.reject(new Interrupted());
  const giveUpServer = () => interrupted.reject(new Error('the runtime went away'));
  gone?.addEventListener('abort', giveUpServer);
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  const late = () => tell(notReadyText(address, new Error('it does not answer'), outageSeconds - untoldMs / 1000));
  const timer = setTimeout(late, untoldMs);
  try {
    await Promise.race([connection.ensureConnected(), interrupted.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    gone?.removeEventListener('abort', giveUpServer);
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
