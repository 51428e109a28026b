/**
 * The queues in which calls to an endpoint wait for their turn: a worker of their own for each endpoint that has a limit.
 *
 * 1. Calls a minute are the server's to limit, for all workers together. What one process may have at once, and its tokens
 *    a minute, are limited by the slots with which it asks for calls. So whatever waits is in the server's queue, in the
 *    order of priority and fairness; none waits in a worker, where it would hold a slot and use its time.
 * 2. The data directory's file is looked at every two seconds: limits change while the worker runs, and an endpoint whose
 *    first limit is set has its queue from then on.
 * 3. A run is told when its call is under way, and when it waits for its turn again: the time in between is not its own.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { ActivityInterceptorsFactory, Worker, WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import type { Config } from '../../config/config.ts';
import { limitsInForce, queuedEndpoints } from '../../config/model-limits.ts';
import type { EndpointName, ModelLimits } from '../../contracts/model/limits.ts';
import { endpointNames, modelQueueOf, signals, workflowTypes } from '../../contracts/names.ts';
import type { Usage } from '../../contracts/chat.ts';
import { type ChatModel, ModelFailure } from '../../models/chat-model.ts';
import { SlotLimiter } from '../../models/slot-limiter.ts';
import type { Logger } from '../../observability/logging.ts';
import { setQueueRate } from '../../runtime/temporal/queue-rate.ts';
import { activityOptions } from './ordinary-queues.ts';
import { slotsOf } from '../activity-slots.ts';
import { createWorkers, shutDown } from '../worker-group.ts';

/** How often changed limits are looked for. */
const lookMs = 2_000;
/** Slots that a worker takes ahead of calls. */
const polls = 2;
/** Slots of kinds of tasks that these workers have none of. */
const unused = { type: 'fixed-size', numSlots: 1 } as const;

type Parts = { config: Config; client: Client; log: Logger };
type Open = { limiter: SlotLimiter; worker: Worker; ended: Promise<void> };

export class ModelQueues implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #options: WorkerOptions;
  readonly #limiters: Record<EndpointName, SlotLimiter>;
  readonly #open = new Map<EndpointName, Open>();
  readonly #rates = new Map<EndpointName, number | null>();
  #limits: Record<EndpointName, ModelLimits>;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  /** @param limiters as `slotLimiters` makes them. @param options of the worker's own queue */
  constructor(parts: Parts, limiters: Record<EndpointName, SlotLimiter>, options: WorkerOptions) {
    this.#parts = parts;
    this.#limiters = limiters;
    this.#options = options;
    this.#limits = limitsInForce(parts.config);
  }

  /** Polls the queues that there are by now, and looks for others from here on. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#lookAgain(), lookMs);
    this.#timer.unref();
    await this.#lookAgain();
  }

  /** What cannot be taken up now is tried again. */
  #lookAgain(): Promise<void> {
    this.#looking = this.#looking
      .then(() => this.#look())
      .catch((error: unknown) => this.#parts.log.warn({ err: error }, 'could not take up the limits of endpoints'));
    return this.#looking;
  }

  /** Takes nothing new. */
  shutDown(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    shutDown([...this.#open.values()].map(({ worker }) => worker));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.shutDown();
    await this.#looking;
    this.shutDown();
    await Promise.all([...this.#open.values()].map(({ ended }) => ended));
    for (const limiter of Object.values(this.#limiters)) limiter[Symbol.dispose]();
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    const { config } = this.#parts;
    const limits = limitsInForce(config);
    for (const name of queuedEndpoints(config)) {
      if (JSON.stringify(limits[name]) !== JSON.stringify(this.#limits[name]))
        this.#limiters[name].change(limits[name]);
      await this.#setRate(name, limits[name].requests);
      if (!this.#open.has(name)) await this.#poll(name);
    }
    this.#limits = limits;
  }

  /** Workers agree on it, since they have the same configuration; whoever is started or changed last says it. */
  async #setRate(name: EndpointName, perMinute: number | null): Promise<void> {
    if (this.#rates.get(name) === perMinute) return;
    const { client, log } = this.#parts;
    const queue = { namespace: client.options.namespace, taskQueue: this.#queueOf(name) };
    const refusal = await setQueueRate(client.workflowService, queue, perMinute);
    if (refusal !== null) log.warn({ refusal, ...queue }, 'the server does not limit the calls a minute of this queue');
    this.#rates.set(name, perMinute);
  }

  #queueOf(name: EndpointName): string {
    return modelQueueOf(this.#options.taskQueue ?? '', name);
  }

  async #poll(name: EndpointName): Promise<void> {
    // The tuner limits them in its place.
    const { maxConcurrentActivityTaskExecutions: _, ...rest } = activityOptions(this.#options);
    const { routeQuestion, rewriteQuestion, callSpecialist, judgeDraft, synthesize, rerankPlaces } =
      rest.activities as Activities;
    const limiter = this.#limiters[name];
    const [worker] = await createWorkers([
      {
        ...rest,
        taskQueue: this.#queueOf(name),
        activities: { routeQuestion, rewriteQuestion, callSpecialist, judgeDraft, synthesize, rerankPlaces },
        interceptors: { activity: [...(rest.interceptors?.activity ?? []), telling(this.#parts)] },
        tuner: {
          ...{ workflowTaskSlotSupplier: unused, localActivityTaskSlotSupplier: unused, nexusTaskSlotSupplier: unused },
          activityTaskSlotSupplier: slotsOf(limiter),
        },
        maxConcurrentActivityTaskPolls: polls,
        // The server's own rate stands above this one, for servers that have none.
        ...(this.#limits[name].requests === null
          ? {}
          : { maxTaskQueueActivitiesPerSecond: this.#limits[name].requests / 60 }),
      },
    ]);
    if (worker === undefined) return;
    const ended = worker.run().catch((error: unknown) => {
      this.#parts.log.error({ err: error, queue: this.#queueOf(name) }, 'the worker of a model queue has failed');
      this.#open.delete(name);
    });
    this.#open.set(name, { limiter, worker, ended });
  }
}

/** One for each endpoint, whether it has a limit by now or not. @param otherwise calls at once without one */
export function slotLimiters(config: Config, otherwise: number): Record<EndpointName, SlotLimiter> {
  const limits = limitsInForce(config);
  const made = endpointNames.map((name) => [name, new SlotLimiter(limits[name], otherwise)] as const);
  return Object.fromEntries(made) as Record<EndpointName, SlotLimiter>;
}

/** @returns the same model, whose tokens count */
export function counted(model: ChatModel, limiter: SlotLimiter): ChatModel {
  const count = ({ inputTokens, outputTokens }: Usage) => limiter.used(inputTokens + outputTokens);
  return {
    async chat(request, options) {
      try {
        const reply = await model.chat(request, options);
        count(reply.usage);
        return reply;
      } catch (error) {
        if (error instanceof ModelFailure && error.usage !== null) count(error.usage);
        throw error;
      }
    },
  };
}

/** Tells a question's run that its call is under way; and that it is not, where the server gives it out again later. */
function telling({ client, log }: Parts): ActivityInterceptorsFactory {
  const tell = async (key: string, underWay: boolean) => {
    const { workflowType, workflowExecution: run } = Context.current().info;
    if (run === undefined || workflowType === workflowTypes.routeQuestion) return;
    try {
      await client.workflow.getHandle(run.workflowId, run.runId).signal(signals.call, { key, underWay });
    } catch (error) {
      // Its time counts then as it did before.
      if (!(error instanceof WorkflowNotFoundError)) log.warn({ err: error }, 'a run does not know where its call is');
    }
  };
  return () => ({
    inbound: {
      execute: async (input, next) => {
        const { key } = (input.args[1] ?? {}) as { key?: string };
        if (key === undefined) return next(input);
        await tell(key, true);
        try {
          return await next(input);
        } catch (error) {
          if (error instanceof ApplicationFailure && error.nonRetryable !== true) await tell(key, false);
          throw error;
        }
      },
    },
  });
}
