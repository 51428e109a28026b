/**
 * Opens a folder in a process of its own, for tests that kill it: node open-in-child.ts HOME PATH [WARM]. Given another
 * folder, it opens that one first, says that it is ready, and waits for a message: what it then opens, it opens at once.
 */
import { once } from 'node:events';
import { createRetrieval, type Retrieval } from '../../retrieval/repository.ts';

const [dataDirectory = '', path = '', warm] = process.argv.slice(2);
await using retrieval = createRetrieval({ dataDirectory });
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
