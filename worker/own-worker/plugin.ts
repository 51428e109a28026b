/**
 * What makes the worker of a program one that answers questions, too: our activities and what our own worker sets beside
 * them. Plugins are an experimental part of Temporal's SDK.
 *
 * 1. What the program has set stays: activities of its own, interceptors, slots, times. Ours fill what it leaves open.
 * 2. Only our own activities are written down as calls that whoever comes after a dead worker fails at once; those of the
 *    program keep the time-outs that it has given them.
 * 3. The workers beside it (worker/own-worker/beside.ts) run as long as it does.
 */
import { readFileSync } from 'node:fs';
import type { ClientPlugin } from '@temporalio/client';
import type {
  ActivityInterceptorsFactory,
  BundleOptions,
  BundlerPlugin,
  ReplayWorkerOptions,
  Worker,
  WorkerOptions,
  WorkerPlugin,
} from '@temporalio/worker';
import { failureConverterPath } from '../../codecs/data-converter.ts';
import { growingSlots, tunedFor } from '../activity-slots.ts';
import { shutDown } from '../worker-group.ts';
import { activitySlots, workerLimits, workflowTasksAtOnce } from '../worker-limits.ts';
import { workflowsPath } from '../workflow-bundle.ts';
import { type BesideParts, startBeside } from './beside.ts';

type ClientSettings = Parameters<NonNullable<ClientPlugin['configureClient']>>[0];

/** The plugin for `Worker.create`; a `Client` of the program and replays take it, too. */
export class SwitchyardPlugin implements WorkerPlugin, ClientPlugin, BundlerPlugin {
  readonly name = '@switchyard-dev/switchyard';
  readonly #parts: BesideParts;
  readonly #opened: DisposableStack;
  #hasRun = false;

  /** @param opened closes what the worker needs, after it */
  constructor(parts: BesideParts, opened: DisposableStack) {
    this.#parts = parts;
    this.#opened = opened;
  }

  /**
   * @throws Error for a worker of another task queue, namespace or data converter, for two activities of one name, and for
   * a bundle that would leave messages of failures unencrypted
   */
  configureWorker(options: WorkerOptions): WorkerOptions {
    const { config, connection, converter, namespace, parts } = this.#parts;
    this.#expectSame(options);
    const { activities, identity, register } = parts;
    const { workflowBundle, workflowsPath: path, interceptors } = options;
    if (workflowBundle !== undefined && converter.dataConverter?.failureConverterPath === failureConverterPath)
      expectEncoding(workflowBundle);
    const ours = onlyFor(new Set(Object.keys(activities)), register.interceptor);
    return {
      connection,
      identity,
      ...workerLimits(config),
      ...this.#slotsUnless(options),
      ...(workflowBundle === undefined && path === undefined && { workflowsPath }),
      ...options,
      ...converter,
      namespace,
      activities: together(options.activities ?? {}, activities),
      interceptors: { ...interceptors, activity: [ours, ...(interceptors?.activity ?? [])] },
    };
  }

  configureReplayWorker(options: ReplayWorkerOptions): ReplayWorkerOptions {
    return { ...options, ...this.#parts.converter };
  }

  /** For a bundle that is made beforehand. */
  configureBundler(options: BundleOptions): BundleOptions {
    const { failureConverterPath, payloadConverterPath } = this.#parts.converter.dataConverter ?? {};
    return {
      ...options,
      ...(failureConverterPath !== undefined && { failureConverterPath }),
      ...(payloadConverterPath !== undefined && { payloadConverterPath }),
    };
  }

  /** A client with the plugin reads what the worker writes. */
  configureClient(options: ClientSettings): ClientSettings {
    return { ...options, ...this.#parts.converter };
  }

  /** @throws Error where a worker beside this one fails; where it has run a worker before */
  async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    if (this.#hasRun) throw new Error('this Switchyard has run a worker before: make another one by createSwitchyard');
    this.#hasRun = true;
    // In the same tick: `runUntil` shuts down only a worker that runs by then.
    const running = next(worker);
    const beside = startBeside(this.#parts);
    const failing = beside.then(({ ended }) => ended).then(expectTold);
    failing.catch(() => shutDown([worker]));
    await running.finally(() => beside.then(({ stop }) => stop()).catch(() => {}));
    await failing;
  }

  #slotsUnless(options: WorkerOptions): Pick<WorkerOptions, 'tuner'> {
    const isSet = numbersOfSlots.some((name) => options[name] !== undefined);
    return isSet ? {} : tunedFor(this.#opened.use(growingSlots(activitySlots)), workflowTasksAtOnce);
  }

  #expectSame({ taskQueue, namespace, dataConverter }: WorkerOptions): void {
    const { config, converter, namespace: ours } = this.#parts;
    if (taskQueue !== config.taskQueue)
      throw new Error(
        `the worker asks the task queue "${taskQueue}" and Switchyard is for "${config.taskQueue}": give createSwitchyard the worker's taskQueue`,
      );
    if (namespace !== undefined && namespace !== ours)
      throw new Error(
        `the worker is in the namespace "${namespace}" and Switchyard in "${ours}": set TEMPORAL_NAMESPACE to the worker's`,
      );
    if (dataConverter !== undefined && dataConverter !== converter.dataConverter)
      throw new Error(
        'the worker has a dataConverter that Switchyard does not know: give it to createSwitchyard, and leave SWITCHYARD_ENCRYPTION_KEYS unset',
      );
  }
}

/** As the bundle of our failure converter has it, also where it was minified. */
const encodesFailures = /\bencodeCommonAttributes: ?(?:true|!0)/;

/** The SDK brings the failure converter into a bundle that it makes itself; one that was made beforehand has what its bundler knew. */
function expectEncoding(bundle: NonNullable<WorkerOptions['workflowBundle']>): void {
  const code = 'code' in bundle ? bundle.code : readFileSync(bundle.codePath, 'utf8');
  if (!encodesFailures.test(code))
    throw new Error(
      'SWITCHYARD_ENCRYPTION_KEYS is set, and the workflow bundle would write messages of failures as they are: give bundleWorkflowCode the plugin, too (plugins: [switchyard.plugin])',
    );
}

/** Whoever sets one of them has counted slots; a tuner stands in place of all. */
const numbersOfSlots = [
  'tuner',
  'maxConcurrentActivityTaskExecutions',
  'maxConcurrentLocalActivityExecutions',
  'maxConcurrentWorkflowTaskExecutions',
  'maxConcurrentNexusTaskExecutions',
] as const satisfies readonly (keyof WorkerOptions)[];

function onlyFor(names: ReadonlySet<string>, interceptor: ActivityInterceptorsFactory): ActivityInterceptorsFactory {
  return (context) => (names.has(context.info.activityType) ? interceptor(context) : {});
}

function together(own: object, ours: object): object {
  const [mine, theirs] = [
    new Map<string, unknown>(Object.entries(own)),
    new Map<string, unknown>(Object.entries(ours)),
  ];
  const taken = [...mine].find(([name, activity]) => theirs.has(name) && theirs.get(name) !== activity);
  if (taken === undefined) return { ...own, ...ours };
  throw new Error(
    `the worker has an activity "${taken[0]}", which is the name of one of Switchyard's: call it otherwise`,
  );
}

function expectTold(why: string | null): void {
  if (why !== null) throw new Error(`a worker beside this one has ended: ${why}`);
}
