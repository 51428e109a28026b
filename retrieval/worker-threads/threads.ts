/** Runs retrieval tasks in threads that can be killed, so that neither SQLite nor a regular expression blocks the caller. */
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { RepositoryUnusable, snapshotUnavailable } from '../failures.ts';
import type { OnProgress, ThreadNews, ThreadReply, ThreadResults, ThreadTask } from './thread-tasks.ts';
import { moduleUrl } from '../../lib/own-files.ts';

type RunOptions<Result> = {
  signal: AbortSignal;
  onProgress?: OnProgress | undefined;
  /** Counted from the moment the thread begins; then the thread is killed and `late` is the result. */
  deadline?: { milliseconds: number; late: () => Result };
};

export type Threads = {
  run<Kind extends keyof ThreadResults>(
    kind: Kind,
    task: ThreadTask & { kind: Kind },
    options: RunOptions<ThreadResults[Kind]>,
  ): Promise<ThreadResults[Kind]>;
  /** Has a thread that reads load its code, for which the first call would wait 0.2 s. */
  start(): void;
  close(): Promise<void>;
};

/** One thread builds and two read, so that a large repository being indexed never holds up a tool call. */
export function createThreads(): Threads {
  const building = createPool(1);
  const reading = createPool(2);
  return {
    run: (kind, task, options) => runTask(kind === 'build' || kind === 'finish' ? building : reading, task, options),
    start: () => void reading.run(null, { name: 'start' }).catch(() => {}),
    async close() {
      await Promise.all([building.destroy(), reading.destroy()]);
    },
  };
}

function createPool(threads: number): Piscina {
  return new Piscina({
    filename: moduleUrl('retrieval/worker-threads/retrieval-thread'),
    name: 'runThreadTask',
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 30_000,
    // A thread that waits in Atomics.wait would not notice that its child git has ended.
    atomics: 'disabled',
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
}

async function runTask<Result extends ThreadResults[keyof ThreadResults]>(
  pool: Piscina,
  task: ThreadTask,
  options: RunOptions<Result>,
): Promise<Result> {
  const { signal, deadline } = options;
  signal.throwIfAborted();
  using news = newsOf(options);
  const { outbox, overdue } = news;
  const either = overdue === null ? signal : AbortSignal.any([signal, overdue]);
  try {
    const reply: ThreadReply = await pool.run(
      { task, outbox },
      { signal: either, transferList: outbox === null ? [] : [outbox] },
    );
    // The thread answers each kind of task with that kind's result: see retrieval-thread.ts.
    return resultOf(reply, task) as Result;
  } catch (error) {
    signal.throwIfAborted();
    if (overdue?.aborted === true && deadline) return deadline.late();
    throw error;
  }
}

/** A channel for what the thread tells while it runs a task, where somebody waits for that. */
function newsOf({ onProgress, deadline }: Pick<RunOptions<unknown>, 'onProgress' | 'deadline'>) {
  if (onProgress === undefined && deadline === undefined)
    return { outbox: null, overdue: null, [Symbol.dispose]: () => {} };
  const { port1: inbox, port2: outbox } = new MessageChannel();
  const overdue = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  inbox.on('message', (news: ThreadNews) => {
    if (news.kind === 'progress') onProgress?.(news.progress);
    else if (deadline) timer = setTimeout(() => overdue.abort(), deadline.milliseconds);
  });
  const end = () => {
    clearTimeout(timer);
    inbox.close();
  };
  return { outbox, overdue: overdue.signal, [Symbol.dispose]: end };
}

function resultOf(reply: ThreadReply, task: ThreadTask): ThreadResults[keyof ThreadResults] {
  if (reply.kind === 'unusable') throw new RepositoryUnusable(reply.message);
  if (reply.kind === 'absent')
    throw snapshotUnavailable(reply.snapshot, task.dataDirectory, 'and was asked to read it');
  return reply.result;
}
