/** The thread's side of the offline model: starts the server, tells where it listens, closes it when told. */
import { parentPort, workerData } from 'node:worker_threads';
import { startOfflineModel } from './server/server.ts';
import type { ThreadMessage } from './thread.ts';
import { messageOf } from '../lib/errors.ts';

const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

try {
  const model = await startOfflineModel(workerData);
  parentPort?.once('message', () => void model.close().then(() => parentPort?.close()));
  tell({ kind: 'listening', url: model.url });
} catch (error) {
  tell({ kind: 'failed', message: messageOf(error) });
}
