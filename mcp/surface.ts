/**
 * What the tools of one MCP server share: the session, the retrieval, which repositories may be asked about, limits of time.
 * Clients start such a server long before they ask anything, so that what is only then needed is loaded then.
 */
import { userInfo } from 'node:os';
import { Interrupted, RunNotFound, ServerUnavailable } from '../application/errors.ts';
import type { QuestionBudget } from '../application/questions/question-input.ts';
import { shippedPipelines } from '../application/pipelines/shipped-pipelines.ts';
import type { FoundRun } from '../application/runs/find-run.ts';
import type { LastingSession } from '../application/session/lasting-session.ts';
import type { Session } from '../application/session/session.ts';
import type { Config } from '../config/config.ts';
import type { Retrieval } from '../retrieval/repository.ts';
import type { Call } from './calls/call.ts';
import { type AllowedRepositories, Repositories } from './repositories.ts';

export type McpOptions = {
  settings: Config;
  /** Told what a person who looks at the server's log wants to know; a stdio server writes it to stderr. */
  log: (text: string) => void;
  allowedRepositories: AllowedRepositories;
  /** The folder or git URL that a call means which names none, where any may be named; the working folder unless given. */
  repository?: string;
  /** A shipped name or a file, beside the shipped ones that a call may name; `orchestrated` unless given. */
  pipeline?: string;
  /** The only pipelines that a call may name, the first where it names none; `given` is the shipped name or the file. */
  pipelines?: readonly { name: string; given: string }[];
  /** What a question may use at most, whatever its client asks for. */
  budget?: QuestionBudget;
  /** Whether questions are given what was remembered of their repository; they are unless this is false. */
  memory?: boolean;
  /** A session that the caller closes; one of its own unless given. */
  session?: LastingSession;
  /** Who decides, as records show it; the user of this machine unless given. */
  user?: string;
  /** True: a client that cancels a call ends the run which it has started. Only where a broken connection is no cancel. */
  cancelsRuns?: boolean;
  times?: Partial<McpTimes>;
};

/** Seconds. */
export type McpTimes = {
  /** How long a call takes where the client asks for no progress, since clients give up after 60. */
  wait: number;
  /** How often progress is told at least. */
  progress: number;
  /** How often a client should look at a task. */
  poll: number;
};

export const usualTimes: McpTimes = { wait: 45, progress: 10, poll: 2 };

/** Who waits, and how long. */
export type Waiting = Pick<Call, 'signal' | 'limit'>;

/** Nothing is opened before it is used. Leaving it (`await using`) leaves the runtime, and runs go on without it. */
export class Surface implements AsyncDisposable {
  readonly settings: Config;
  readonly repositories: Repositories;
  readonly times: McpTimes;
  readonly pipeline: string;
  readonly budget: QuestionBudget;
  readonly memory: boolean;
  readonly user: string;
  readonly cancelsRuns: boolean;
  readonly log: (text: string) => void;
  readonly #pipelines: McpOptions['pipelines'];
  readonly #given: LastingSession | undefined;
  #session: Promise<LastingSession> | null = null;
  #retrieval: Promise<Retrieval> | null = null;

  /** @throws InvalidInput where no repository may be asked about */
  constructor(options: McpOptions) {
    const { settings, log } = options;
    this.settings = settings;
    this.log = log;
    this.repositories = new Repositories(options.allowedRepositories, options.repository ?? '.');
    this.times = { ...usualTimes, ...options.times };
    this.#pipelines = options.pipelines;
    this.#given = options.session;
    this.pipeline = options.pipeline ?? options.pipelines?.[0]?.name ?? 'orchestrated';
    this.budget = options.budget ?? {};
    this.memory = options.memory ?? true;
    this.user = options.user ?? userInfo().username;
    this.cancelsRuns = options.cancelsRuns ?? false;
  }

  /** @throws ServerUnavailable, also where it takes longer than the call waits; Interrupted */
  async session(waiting: Waiting): Promise<Session> {
    const kept = await this.#kept();
    return inTime(waiting, (signal) => kept.opened(signal));
  }

  /** Work that is done again in another session where the runtime went away under it. @throws as `session` */
  async inSession<Result>(
    work: (session: Session, tries: number) => Promise<Result>,
    waiting: Waiting,
  ): Promise<Result> {
    const kept = await this.#kept();
    return inTime(waiting, (signal) => kept.use(work, () => {}, signal));
  }

  #kept(): Promise<LastingSession> {
    if (this.#given !== undefined) return Promise.resolve(this.#given);
    this.#session ??= this.#newSession();
    return this.#session;
  }

  async #newSession(): Promise<LastingSession> {
    const [{ LastingSession: Lasting }, { openSession }] = await Promise.all([
      import('../application/session/lasting-session.ts'),
      import('../application/session/session.ts'),
    ]);
    const { settings, log } = this;
    return new Lasting((signal) => openSession({ settings, need: 'worker', onProgress: log, signal }));
  }

  get retrieval(): Promise<Retrieval> {
    this.#retrieval ??= import('../application/repository/open-retrieval.ts').then(({ openRetrieval }) =>
      openRetrieval(this.settings, { useEmbeddings: true, warn: this.log }),
    );
    return this.#retrieval;
  }

  /** The pipelines that a call may name: no file of this machine but the one that the server was started with. */
  async pipelines(): Promise<string[]> {
    if (this.#pipelines !== undefined) return this.#pipelines.map(({ name }) => name);
    return [...new Set([this.pipeline, ...(await shippedPipelines())])];
  }

  /** The shipped name or the file that a call means. */
  pipelineOf(named: string | undefined): string {
    const name = named ?? this.pipeline;
    return this.#pipelines?.find((each) => each.name === name)?.given ?? name;
  }

  /** @throws RunNotFound also for a run about a repository that may not be asked about here */
  async findRun(session: Session, workflowId: string): Promise<FoundRun> {
    const { findRun } = await import('../application/runs/find-run.ts');
    const run = await findRun(session, workflowId);
    if (await this.mayShow(session, { workflowId, runId: run.runId })) return run;
    throw new RunNotFound(workflowId);
  }

  async mayShow(session: Session, execution: { workflowId: string; runId: string }): Promise<boolean> {
    if (this.repositories.names === null) return true;
    const { repositoryOfRun } = await import('../application/runs/started-input.ts');
    return this.repositories.allows(await repositoryOfRun(session, execution));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [session, retrieval] = await Promise.all([this.#session, this.#retrieval]);
    await Promise.all([session?.[Symbol.asyncDispose](), retrieval?.close()]);
  }
}

/** What is opened goes on to be opened: the next call finds it. */
async function inTime<Result>(
  { signal, limit }: Waiting,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(limit === null ? signal : AbortSignal.any([signal, limit]));
  } catch (error) {
    if (!(error instanceof Interrupted) || limit?.aborted !== true || signal.aborted) throw error;
    throw new ServerUnavailable('the Temporal server and a worker are still being started: call again in a moment');
  }
}
