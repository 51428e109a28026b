/** Runs the offline model's server in a thread of this process, so that the caller's event loop stays free. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { OfflineModel, OfflineModelOptions } from './server.ts';

export type ThreadMessage = { kind: 'listening'; url: string } | { kind: 'failed'; message: string };

const firstMessage = (worker: Worker): Promise<ThreadMessage> =>
  new Promise((resolve, reject) => {
    worker.once('message', (message: ThreadMessage) => {
      worker.off('error', reject);
      resolve(message);
    });
    worker.once('error', reject);
  });

/**
 * Starts the server in a worker thread and resolves once it listens. The thread keeps no process alive and ends with
 * it; a thread that breaks later is an uncaught error of this process.
 * @throws Error as `startOfflineModel` does, with the same message
 */
export async function startOfflineModelThread(options: OfflineModelOptions = {}): Promise<OfflineModel> {
  const worker = new Worker(new URL('./thread-main.ts', import.meta.url), { workerData: options });
  const message = await firstMessage(worker);
  if (message.kind === 'failed') {
    await once(worker, 'exit');
    throw new Error(message.message);
  }
  worker.unref();
  let closing: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    worker.ref();
    const ended = once(worker, 'exit');
    worker.postMessage('close');
    await ended;
  };
  const close = (): Promise<void> => {
    closing ??= stop();
    return closing;
  };
  return { url: message.url, close, [Symbol.asyncDispose]: close };
}
