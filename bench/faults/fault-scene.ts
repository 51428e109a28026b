/** The same questions through real processes: server, workers, model server; asked, disturbed, and compared with a run that nobody disturbed. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError, ServiceError, type WorkflowHandle } from '@temporalio/client';
import type { AnswerOutcome, CallLimits, QuestionInput, RunProgress } from '../../contracts/run.ts';
import { queries } from '../../contracts/names.ts';
import { seededRandom } from '../../lib/random.ts';
import type { RequestLogEntry } from '../../offline-model/server/request-log.ts';
import type { Kill } from '../durability/call-counts.ts';
import { type RuntimeProcess, startRuntime } from '../support/runtime-process.ts';
import { openStack, type Stack } from '../support/stack.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

/** What holds for all faults of one run of the command. */
export type Settings = {
  inputs: readonly Omit<QuestionInput, 'limits'>[];
  seed: number;
  /** Between one kill and the next, about. */
  killSeconds: number;
  /** Share of model calls that fail. */
  modelFaults: number;
  /** Of the server. */
  restarts: number;
  /** After which what has not ended is given up. */
  limitSeconds: number;
};

export type SceneOptions = {
  faults: string;
  limits?: Partial<CallLimits>;
  /** Of its workers. */
  env?: Record<string, string>;
  /** A folder with the index of the repository; else it is made. */
  index: string | null;
  /** Data directory of its workers; the stack's own unless given. */
  home?: string;
};

/** How one question ended. */
export type Ending = { kind: string; answer: string; requests: number };

const ordinary: CallLimits = {
  modelCallSeconds: 15,
  modelCallTotalSeconds: 300,
  modelCallAttempts: 5,
  heartbeatSeconds: 5,
};

export class FaultScene implements AsyncDisposable {
  readonly stack: Stack;
  /** The stack as its workers see it. */
  readonly place: Pick<Stack, 'address' | 'dataDirectory' | 'config' | 'client' | 'requestLog'>;
  readonly settings: Settings;
  readonly random: () => number;
  readonly kills: Kill[] = [];
  /** When each disturbance was over. */
  readonly over: number[] = [];
  readonly #options: SceneOptions;
  readonly #workers: WorkerProcess[] = [];
  readonly #runtimes: RuntimeProcess[] = [];
  readonly #ids: string[] = [];
  /** Questions that have not ended. */
  open: number;

  private constructor(stack: Stack, settings: Settings, options: SceneOptions) {
    this.stack = stack;
    this.place = { ...stack, dataDirectory: options.home ?? stack.dataDirectory };
    this.settings = settings;
    this.#options = options;
    this.random = seededRandom(settings.seed);
    this.open = settings.inputs.length;
  }

  static async begin(settings: Settings, options: SceneOptions): Promise<FaultScene> {
    const stack = await openStack(options.faults);
    const scene = new FaultScene(stack, settings, options);
    if (options.index !== null) await symlink(options.index, join(scene.place.dataDirectory, 'index'));
    return scene;
  }

  /** Resolves once it polls. */
  async startWorker(): Promise<WorkerProcess> {
    const worker = await startWorkerProcess(this.place, 'worker/main.ts', this.#options.env);
    this.#workers.push(worker);
    return worker;
  }

  /** Server and worker of one runtime, in the place of the stack's server. */
  async startRuntime(): Promise<RuntimeProcess> {
    const runtime = await startRuntime(this.stack, this.#options.env);
    this.#runtimes.push(runtime);
    return runtime;
  }

  /** About the time between two kills, or until all has ended. */
  async moment(times = 1): Promise<void> {
    const untilMs = Date.now() + (0.5 + this.random()) * this.settings.killSeconds * 1000 * times;
    while (this.open > 0 && Date.now() < untilMs) await pause(50);
  }

  /** Notes that whatever was in flight may have been lost; for sure where the worker is killed. */
  hit(ofWorker = false): Kill[] {
    const at = Date.now();
    const kills = this.#ids.map((workflowId): Kill => ({ workflowId, at, ofWorker }));
    this.kills.push(...kills);
    return kills;
  }

  /** Notes that everything is there again. @param kills of the worker that another has followed by now */
  mended(kills: readonly Kill[] = []): void {
    const now = Date.now();
    this.over.push(now);
    // The first half of the time until it polls went into its start.
    for (const kill of kills) kill.until = (kill.at + now) / 2;
  }

  /** Starts all questions; each is asked once, whatever happens to the server. */
  async askAll(): Promise<() => Promise<(Ending | null)[]>> {
    const { client, config } = this.stack;
    const limits = { ...ordinary, ...this.#options.limits };
    const handles: WorkflowHandle[] = [];
    for (const input of this.settings.inputs) {
      const workflowId = `fault-${randomUUID()}`;
      this.#ids.push(workflowId);
      const options = { args: [{ ...input, limits }], taskQueue: config.taskQueue, workflowId };
      handles.push(await client.workflow.start('answerQuestion', options));
    }
    const deadlineMs = Date.now() + this.settings.limitSeconds * 1000;
    const ended = handles.map((handle) => endingOf(handle, deadlineMs).finally(() => (this.open -= 1)));
    return () => Promise.all(ended);
  }

  /** The longest time from the end of a disturbance to the next request that the model server saw. */
  recoverySeconds(): number | null {
    const requests = this.#requests().map(({ at }) => at);
    const waits = this.over.flatMap((endMs) => {
      const next = requests.find((at) => at >= endMs);
      return next === undefined ? [] : [next - endMs];
    });
    return waits.length === 0 ? null : Math.max(...waits) / 1000;
  }

  requests(): number {
    return this.#requests().length;
  }

  #requests(): RequestLogEntry[] {
    const lines = readFileSync(this.stack.requestLog, 'utf8').split('\n');
    const entries = lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as RequestLogEntry]));
    return entries.filter(({ event, idempotencyKey }) => event === 'request' && idempotencyKey !== null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) await worker.kill();
    for (const runtime of this.#runtimes) await runtime.stop();
    await this.stack[Symbol.asyncDispose]();
  }
}

/** Null: it has not ended in time; `waiting`: a person is waited for. */
async function endingOf(handle: WorkflowHandle, deadlineMs: number): Promise<Ending | null> {
  for (;;) {
    try {
      const late = pause(Math.max(1, deadlineMs - Date.now()), null, { ref: false });
      const outcome = await Promise.race([handle.result() as Promise<AnswerOutcome>, late]);
      if (outcome === null) return await unfinished(handle);
      return asEnding(outcome);
    } catch (error) {
      if (!isGrpcServiceError(error) && !(error instanceof ServiceError))
        return { kind: `failed: ${String(error)}`, answer: '', requests: 0 };
      if (Date.now() > deadlineMs) return null;
      await pause(300);
    }
  }
}

async function unfinished(handle: WorkflowHandle): Promise<Ending | null> {
  const progress = await handle.query<RunProgress>(queries.state).catch(() => null);
  await handle.terminate('given up by bench:faults').catch(() => {});
  const { waitingFor = null } = progress ?? {};
  return waitingFor === null ? null : { kind: `waiting: ${waitingFor.kind}`, answer: '', requests: 0 };
}

function asEnding(outcome: AnswerOutcome): Ending {
  const { final_answer, evidence, usage } = outcome.state;
  const cited = evidence.map(({ path, firstLine, lastLine }) => `${path}:${firstLine}-${lastLine}`);
  const kind = outcome.kind === 'unavailable' ? `unavailable: ${outcome.failure.kind}` : outcome.kind;
  return { kind, answer: `${final_answer ?? ''}\n${cited.join('\n')}`, requests: usage.modelCalls };
}

/** Processes that still have to do with a data directory: by their command line or their environment. */
export function leftRunning(dataDirectory: string): number {
  const mentions = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(dataDirectory);
    } catch {
      return false;
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.filter((pid) => mentions(pid, 'cmdline') || mentions(pid, 'environ')).length;
}
