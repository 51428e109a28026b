/** One set of retrieval threads for all tests of a process: to start them is most of a short test. */
import { createThreads } from '../../retrieval/worker-threads/threads.ts';

export const retrievalThreads = createThreads();
