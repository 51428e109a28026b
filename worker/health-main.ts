/** The health check of the worker's image: ends with 0 when the Temporal server sees a worker of this machine at work. */
import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { loadConfig } from '../config/load-config.ts';
import { seenPolling } from './seen-polling.ts';
import { namedServer } from './server-address.ts';

try {
  const config = loadConfig(process.env);
  const { connectionOptions, address, namespace } = namedServer(config);
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout: '5s' });
  const poller = { namespace, taskQueue: config.taskQueue, host: hostname() };
  const seen = await seenPolling(connection, poller, Date.now());
  await connection.close();
  if (!seen) throw new Error(`${address} sees no worker of ${poller.host} on ${namespace}/${config.taskQueue}`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
