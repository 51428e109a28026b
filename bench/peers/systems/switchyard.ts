/** Switchyard as a person runs it: `switchyard up` on a data directory of its own, asked through the client's own code. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../../../application/session/session.ts';
import type { Config } from '../../../config/config.ts';
import { type DataPaths, dataPaths } from '../../../config/data-paths.ts';
import type { QuestionInput } from '../../../contracts/run.ts';
import { diskBytes, treeOf } from './process-figures.ts';
import type { Program, Programs } from './programs.ts';
import { type Client, loadClient } from './switchyard-client.ts';
import type { KillableWorker, System } from './system.ts';

export type SwitchyardOptions = {
  name: 'switchyard' | 'beside';
  /** The checkout that is measured: this one, or an older one of the same shape. */
  checkout: string;
  dataDirectory: string;
  modelUrl: string;
  repository: string;
  temporalExecutable: string;
  /** More settings. */
  settings: Record<string, string>;
};

const question = 'How are hooks registered, and where is it decided which one runs first?';

export class Switchyard implements System {
  readonly name: 'switchyard' | 'beside';
  readonly environment: Record<string, string>;
  readonly kill: KillableWorker;
  readonly #programs: Programs;
  readonly #checkout: string;
  readonly #paths: DataPaths;
  readonly #client: Client;
  readonly #config: Config;
  readonly #input: QuestionInput;
  readonly #started = new Set<string>();
  #up: Program;
  #session: Session;

  /** @throws Error when `up` does not come up */
  static async start(programs: Programs, options: SwitchyardOptions): Promise<Switchyard> {
    const { checkout, dataDirectory, repository } = options;
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const client = await loadClient(checkout);
    const environment = environmentOf(options);
    const config = client.loadConfig(environment, checkout);
    const up = await launch(programs, options, environment);
    const input = await client.questionInput(question, { repo: repository, pipeline: 'orchestrated' }, config);
    const session = await open(client, config);
    return new Switchyard(programs, options, { environment, client, config, input, up, session });
  }

  private constructor(programs: Programs, options: SwitchyardOptions, parts: Parts) {
    this.name = options.name;
    this.environment = parts.environment;
    this.#programs = programs;
    this.#checkout = options.checkout;
    this.#paths = dataPaths(options.dataDirectory);
    this.#client = parts.client;
    this.#config = parts.config;
    this.#input = parts.input;
    this.#up = parts.up;
    this.#session = parts.session;
    const killAndStart = () => this.#killAndStart();
    this.kill = { killAndStart, answerAfter: (id) => this.answerAfterKill(id), personActs: false };
  }

  /** The connection of now: after a kill of the runtime there is another. */
  get session(): Session {
    return this.#session;
  }

  async ask(id: string): Promise<void> {
    await this.start(id);
    await this.answerOf(id);
  }

  /** Starts a run without waiting for its answer. @param taskQueue another than the runtime's */
  async start(id: string, taskQueue: string = this.#session.taskQueue): Promise<void> {
    const input = { ...this.#input, question: `${question} (asked as ${id})` };
    await this.#client.startRun({ ...this.#session, taskQueue }, input, id);
    this.#started.add(id);
  }

  /** Resolves with the answer of a run. @throws Error when it ended otherwise */
  async answerOf(id: string): Promise<void> {
    const { outcome } = await this.#client.outcomeOf(this.#session.client.workflow.getHandle(id));
    if (outcome.kind !== 'answered') throw new Error(`${id}: ${JSON.stringify(outcome).slice(0, 500)}`);
  }

  /** A caller whose start was cut off asks again, under the same id. */
  async answerAfterKill(id: string): Promise<void> {
    if (!this.#started.has(id)) await this.start(id).catch(ignoreExisting);
    await this.answerOf(id);
  }

  pids(): { worker: number[]; server: number[] } {
    const { pid: server } = JSON.parse(readFileSync(this.#paths.server, 'utf8')) as { pid: number };
    return { worker: treeOf(this.#runtimePid(), [server]), server: [server] };
  }

  /** What is not named here is neither kept for a run nor grows with runs. */
  disk(): Record<string, number> {
    const { database, content, journal, traces } = this.#paths;
    const temporal = diskBytes(database) + diskBytes(`${database}-wal`);
    return { temporal, content: diskBytes(content), journal: diskBytes(journal), traces: diskBytes(traces) };
  }

  async close(): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
    await this.#up.kill('SIGINT');
  }

  #runtimePid(): number {
    return this.#session.runtime?.ready.pid ?? 0;
  }

  async #killAndStart(): Promise<void> {
    const left = this.#session;
    process.kill(this.#runtimePid(), 'SIGKILL');
    const options = { name: this.name, checkout: this.#checkout };
    this.#up = await launch(this.#programs, options, this.environment);
    this.#session = await open(this.#client, this.#config);
    await left[Symbol.asyncDispose]();
  }
}

type Parts = {
  environment: Record<string, string>;
  client: Client;
  config: Config;
  input: QuestionInput;
  up: Program;
  session: Session;
};

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && error.message.startsWith('there is already a run'))) throw error;
}

function open(client: Client, settings: Config): Promise<Session> {
  return client.openSession({ settings, need: 'worker', onProgress: () => {}, signal: new AbortController().signal });
}

function launch(
  programs: Programs,
  { name, checkout }: Pick<SwitchyardOptions, 'name' | 'checkout'>,
  env: Record<string, string>,
): Promise<Program> {
  const args = [join(checkout, 'client/bin.js'), 'up'];
  return programs.start({ name, command: process.execPath, args, env, ready: /^Temporal\s/m });
}

function environmentOf(options: SwitchyardOptions): Record<string, string> {
  return {
    SWITCHYARD_HOME: options.dataDirectory,
    SWITCHYARD_TEMPORAL_EXECUTABLE: options.temporalExecutable,
    OPENAI_BASE_URL: options.modelUrl,
    SWITCHYARD_MODEL: 'stub',
    SWITCHYARD_LOG_LEVEL: 'warn',
    ...options.settings,
  };
}
