/** Runs the offline model's server in a thread of this process, so that the caller's event loop stays free. */
import { Worker } from 'node:worker_threads';
import type { OfflineModel, OfflineModelOptions } from './server/server.ts';
import { moduleFile } from '../lib/own-files.ts';

export type ThreadMessage = { kind: 'listening'; url: string } | { kind: 'failed'; message: string };

const firstMessage = (worker: Worker, exited: Promise<void>): Promise<ThreadMessage> =>
  new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: ThreadMessage) => {
      worker.off('error', reject);
      resolve(message);
    });
    void exited.then(() => reject(new Error('the offline model ended before it listened')));
  });

/**
 * Starts the server in a worker thread and resolves once it listens. The thread keeps no process alive and ends with
 * it; a thread that breaks later is an uncaught error of this process.
 * @throws Error as `startOfflineModel` does, with the same message
 */
export async function startOfflineModelThread(options: OfflineModelOptions = {}): Promise<OfflineModel> {
  const worker = new Worker(moduleFile('offline-model/thread-main'), { workerData: options });
  // Listened for from the start: the exit may follow the first message before anyone could ask for it.
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const message = await firstMessage(worker, exited);
  if (message.kind === 'failed') {
    await exited;
    throw new Error(message.message);
  }
  worker.unref();
  let closing: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    worker.ref();
    worker.postMessage('close');
    return exited;
  };
  const close = (): Promise<void> => {
    closing ??= stop();
    return closing;
  };
  return { url: message.url, close, [Symbol.asyncDispose]: close };
}
