/**
 * Has workflow threads start without two things that cost the SDK's threads more CPU than all workflow code: a stack trace
 * for every promise, which only the query `__stack_trace` reads, and a limit of time for every single call into the
 * sandbox, in place of which one holds for the whole of an activation. Stack traces of errors stay.
 */
import { createRequire } from 'node:module';
import threads from 'node:worker_threads';
import { moduleUrl } from '../lib/own-files.ts';

/** The SDK's entry of a workflow thread. */
const entry = /[\\/]workflow-worker-thread\.[cm]?js$/;
const oneLimit = moduleUrl('worker/thread-with-one-limit');
const noPromiseStacks = moduleUrl('worker/thread-without-promise-stacks');
const warmedUp = moduleUrl('worker/thread-warmed-up');

/** A thread that was started before the SDK asked for one; null where it has ended. */
let ahead: { thread: threads.Worker; forget: () => void } | null = null;

/**
 * Starts a workflow thread beside the loading of all that the worker's own thread needs: to load the SDK's code takes it
 * 0.4 s, for which the worker would wait. The next call of `inLeanThreads` takes it over; until then it keeps no process.
 */
export function startThreadAhead(): void {
  if (ahead !== null) return;
  const file = createRequire(import.meta.url).resolve('@temporalio/worker/lib/workflow/workflow-worker-thread.js');
  const thread = new threads.Worker(file, { execArgv: preloading([oneLimit, noPromiseStacks, warmedUp]) });
  // What is wrong with it is told by the thread that is then started in its place.
  const forget = () => {
    ahead = null;
  };
  thread.once('error', forget).once('exit', forget).unref();
  ahead = { thread, forget };
}

function takeThreadAhead(): threads.Worker | null {
  if (ahead === null) return null;
  const { thread, forget } = ahead;
  ahead = null;
  thread.off('error', forget).off('exit', forget).ref();
  return thread;
}

const preloading = (modules: readonly string[]): string[] => modules.flatMap((module) => ['--import', module]);

/**
 * @param create makes workers, which start their workflow threads before it resolves
 * @param options `promiseStacks`: keeps what the query `__stack_trace` reads
 */
export async function inLeanThreads<Made>(
  create: () => Promise<Made>,
  { promiseStacks }: { promiseStacks: boolean },
): Promise<Made> {
  const execArgv = preloading(promiseStacks ? [oneLimit] : [oneLimit, noPromiseStacks]);
  // One that was started ahead has no stacks.
  if (promiseStacks) void takeThreadAhead()?.terminate();
  const { Worker } = threads;
  function Started(file: string | URL, options: threads.WorkerOptions = {}): threads.Worker {
    if (!entry.test(String(file))) return new Worker(file, options);
    return takeThreadAhead() ?? new Worker(file, { ...options, execArgv });
  }
  threads.Worker = Started as unknown as typeof Worker;
  try {
    return await create();
  } finally {
    // Another may have begun meanwhile; whoever is last puts back what was there.
    if (threads.Worker === (Started as unknown)) threads.Worker = Worker;
  }
}
