/**
 * Has workflow threads start without the SDK's stack traces of promises. For the query `__stack_trace` the SDK reads the
 * stack at every promise that workflow code makes, through the source map: half of the CPU of a workflow thread. It goes on
 * without where Node has no such hook. Stack traces of errors stay.
 */
import threads from 'node:worker_threads';

/** The SDK's entry of a workflow thread. */
const entry = /[\\/]workflow-worker-thread\.[cm]?js$/;
const preload = new URL('./no-promise-stacks.ts', import.meta.url).href;

/** @param create makes workers, which start their workflow threads before it resolves */
export async function withoutPromiseStacks<Made>(create: () => Promise<Made>): Promise<Made> {
  const { Worker } = threads;
  class Started extends Worker {
    constructor(file: string | URL, options: threads.WorkerOptions = {}) {
      const isOurs = entry.test(String(file));
      super(file, isOurs ? { ...options, execArgv: ['--import', preload] } : options);
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
