/** The workers that stand beside the worker of one's own, over a connection of ours: of traces, benchmarks, notices and model queues. */
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import type { Config } from '../../config/config.ts';
import type { Logger } from '../../observability/logging.ts';
import { ModelQueues } from '../models/model-queues.ts';
import { sideQueues } from '../models/ordinary-queues.ts';
import { createWorkers, runWorkers, shutDown } from '../worker-group.ts';
import { workerLimits } from '../worker-limits.ts';
import type { WorkerParts } from '../worker-parts.ts';

export type BesideParts = {
  config: Config;
  log: Logger;
  connection: NativeConnection;
  namespace: string;
  parts: WorkerParts;
  converter: { dataConverter?: DataConverter };
};

export type Beside = {
  /** Why they have ended; null: they were told to. */
  ended: Promise<string | null>;
  stop(): Promise<void>;
};

/** What the exports of traces that are on their way may keep a worker whose own queue is over. */
const drainMs = 1_000;

/** They poll when this resolves. */
export async function startBeside({ config, log, parts, converter, ...server }: BesideParts): Promise<Beside> {
  const { activities, client, identity, limiters, register, traces } = parts;
  await using opened = new AsyncDisposableStack();
  const options: WorkerOptions = {
    ...server,
    ...converter,
    ...workerLimits(config),
    identity,
    taskQueue: config.taskQueue,
    activities,
    interceptors: { activity: [register.interceptor] },
  };
  const workers = await createWorkers(sideQueues(options, config.webhook !== null, opened));
  const queues = opened.use(new ModelQueues({ config, client, log }, limiters, options));
  const ended = runWorkers(workers, opened.move());
  await queues.start();
  traces.sweep().catch((error: unknown) => log.debug({ err: error }, 'could not look for runs without a trace'));
  return {
    ended,
    stop: async () => {
      await traces.drain(drainMs);
      queues.shutDown();
      shutDown(workers);
      await ended;
    },
  };
}
