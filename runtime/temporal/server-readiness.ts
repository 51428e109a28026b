/** Waits for a freshly started server and sets its namespace up. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import { channelArgsFor } from './channel-args.ts';
import { registerSearchAttributes } from './search-attributes.ts';

const dayMs = 24 * 60 * 60 * 1000;
const readyWithinSeconds = 60;

/**
 * Resolves once the frontend answers and the namespace keeps runs for so many days (a dev server's own default is one
 * day) and knows our search attributes. The retention is that of runs that end from now on.
 * @param signal aborted when the server ended meanwhile.
 * @returns the columns in which the namespace keeps custom search attributes
 */
export async function prepareServer(
  address: string,
  namespace: string,
  retentionDays: number,
  signal: AbortSignal,
): Promise<string[]> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(readyWithinSeconds * 1000)]);
  await untilListening(address, deadline);
  const connection = await Connection.connect({ address, ...channelArgsFor(address), connectTimeout: '30s' });
  try {
    await keepRuns(connection, namespace, retentionDays * dayMs, deadline);
    const { refusal } = await registerSearchAttributes(connection, namespace);
    if (refusal !== null) throw new Error(`search attributes: ${refusal}`);
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    return Object.keys(config?.customSearchAttributeAliases ?? {});
  } finally {
    await connection.close();
  }
}

async function untilListening(address: string, signal: AbortSignal): Promise<void> {
  while (!(await accepts(address))) await delay(15, undefined, { signal });
}

function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** The namespace is registered while the frontend already answers: until then it is not found. */
async function keepRuns(
  connection: Connection,
  namespace: string,
  retentionMs: number,
  signal: AbortSignal,
): Promise<void> {
  const update = { workflowExecutionRetentionTtl: msToTs(retentionMs) };
  for (;;) {
    try {
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      if (optionalTsToMs(config?.workflowExecutionRetentionTtl) === retentionMs) return;
      await connection.workflowService.updateNamespace({ namespace, config: update });
    } catch (error) {
      if (signal.aborted) throw error;
      await delay(25, undefined, { signal });
    }
  }
}
