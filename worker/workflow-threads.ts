/**
 * Has workflow threads start without two things that cost the SDK's threads more CPU than all workflow code: a stack trace
 * for every promise, which only the query `__stack_trace` reads, and a limit of time for every single call into the
 * sandbox, in place of which one holds for the whole of an activation. Stack traces of errors stay.
 */
import threads from 'node:worker_threads';
import { moduleUrl } from '../lib/own-files.ts';

/** The SDK's entry of a workflow thread. */
const entry = /[\\/]workflow-worker-thread\.[cm]?js$/;
const oneLimit = moduleUrl('worker/thread-with-one-limit');
const noPromiseStacks = moduleUrl('worker/thread-without-promise-stacks');

/**
 * @param create makes workers, which start their workflow threads before it resolves
 * @param options `promiseStacks`: keeps what the query `__stack_trace` reads
 */
export async function inLeanThreads<Made>(
  create: () => Promise<Made>,
  { promiseStacks }: { promiseStacks: boolean },
): Promise<Made> {
  const modules = promiseStacks ? [oneLimit] : [oneLimit, noPromiseStacks];
  const execArgv = modules.flatMap((module) => ['--import', module]);
  const { Worker } = threads;
  class Started extends Worker {
    constructor(file: string | URL, options: threads.WorkerOptions = {}) {
      super(file, entry.test(String(file)) ? { ...options, execArgv } : options);
    }
  }
  threads.Worker = Started;
  try {
    return await create();
  } finally {
    // Another may have begun meanwhile; whoever is last puts back what was there.
    if (threads.Worker === Started) threads.Worker = Worker;
  }
}
