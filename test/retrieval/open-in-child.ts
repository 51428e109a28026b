/** Opens a folder in a process of its own, for tests that kill it: node open-in-child.ts HOME PATH. */
import { createRetrieval } from '../../retrieval/repository.ts';

const [dataDirectory = '', path = ''] = process.argv.slice(2);
await using retrieval = createRetrieval({ dataDirectory });
const onProgress = (progress: unknown) => process.send?.({ progress });
const snapshot = await retrieval.open({ kind: 'path', path }, { signal: new AbortController().signal, onProgress });
await new Promise((sent) => process.send?.({ snapshot }, sent));
process.disconnect?.();
