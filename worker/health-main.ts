/** The health check of the worker's image: ends with 0 when the Temporal server sees a worker of this machine at work. */
import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { loadConfig } from '../config/load-config.ts';
import { seenPolling } from './seen-polling.ts';
import { channelArgsFor } from '../runtime/temporal/channel-args.ts';
import { whyUnreachable } from '../runtime/temporal/tls-problem.ts';
import { namedServer, type ServerAddress } from '../runtime/host/server-address.ts';
import { messageOf } from '../lib/errors.ts';

async function connectTo({ connectionOptions, address }: ServerAddress): Promise<Connection> {
  try {
    return await Connection.connect({ ...channelArgsFor(address), ...connectionOptions, connectTimeout: '5s' });
  } catch (error) {
    throw new Error(await whyUnreachable({ address, tls: connectionOptions.tls }, error));
  }
}

try {
  const config = loadConfig(process.env);
  const server = namedServer(config);
  const connection = await connectTo(server);
  const worker = { namespace: server.namespace, taskQueue: config.taskQueue, host: hostname() };
  const seen = await seenPolling(connection, worker, Date.now());
  await connection.close();
  if (!seen) {
    throw new Error(`${server.address} sees no worker of ${worker.host} on ${worker.namespace}/${worker.taskQueue}`);
  }
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
