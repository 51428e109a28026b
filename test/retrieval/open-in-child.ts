/**
 * Opens a folder in a process of its own, for tests that kill it: node open-in-child.ts HOME PATH [WARM]. Given another
 * folder, it opens that one first, says that it is ready, and waits for a message: what it then opens, it opens at once.
 */
import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { createRetrieval, type Retrieval } from '../../retrieval/repository.ts';
import { runThreadTask } from '../../retrieval/worker-threads/retrieval-thread.ts';
import type { ThreadNews } from '../../retrieval/worker-threads/thread-tasks.ts';
import type { Threads } from '../../retrieval/worker-threads/threads.ts';

/** Does the work of threads in the process's own, which is to be killed as a whole: two fewer to start. */
const threads: Threads = {
  async run(_kind, task, { onProgress }) {
    const tell = (news: ThreadNews) => news.kind === 'progress' && onProgress?.(news.progress);
    const outbox = { postMessage: tell, close: () => {} } as unknown as MessagePort;
    const reply = await runThreadTask({ task, outbox });
    if (reply.kind !== 'result') throw new Error(JSON.stringify(reply));
    return reply.result as never;
  },
  start: () => {},
  close: async () => {},
};

const [dataDirectory = '', path = '', warm] = process.argv.slice(2);
await using retrieval = createRetrieval({ dataDirectory, threads });
const open = (folder: string, options: Partial<Parameters<Retrieval['open']>[1]> = {}) =>
  retrieval.open({ kind: 'path', path: folder }, { signal: new AbortController().signal, ...options });
if (warm !== undefined) {
  await open(warm);
  process.send?.({ ready: true });
  await once(process, 'message');
}
const snapshot = await open(path, { onProgress: (progress) => process.send?.({ progress }) });
await new Promise((sent) => process.send?.({ snapshot }, sent));
process.disconnect?.();
