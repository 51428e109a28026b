/**
 * Switchyard inside a program of your own: a worker for its workflows and activities that runs in your process, and a
 * client. Workflows of yours start `answerQuestion` on its task queue, as a child or by the client
 * (examples/own-worker).
 */
import { channelArgsFor } from '../runtime/temporal/channel-args.ts';
import { mkdirSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { questionInput } from '../application/questions/question-input.ts';
import { dataConverterOf } from '../codecs/data-converter.ts';
import { loadConfig } from '../config/load-config.ts';
import type { QuestionInput } from '../contracts/run.ts';
import { closeToOthers } from '../lib/fs.ts';
import { createLogger } from '../observability/logging.ts';
import { namedServer } from '../runtime/host/server-address.ts';
import { startWorker } from './create-worker.ts';
import { redactorOf } from '../config/redactor.ts';

export type { AnswerOutcome, QuestionInput } from '../contracts/run.ts';

export type SwitchyardOptions = {
  /** By the names of .env.example, over those of the environment: `{ SWITCHYARD_TASK_QUEUE: 'answers' }`. */
  settings?: Readonly<Record<string, string>>;
};

export type QuestionAbout = {
  /** A path or a git URL. */
  repo: string;
  /** A branch, tag or commit; the current commit unless given. */
  ref?: string;
  /** A shipped name or a file; `orchestrated` unless given. */
  pipeline?: string;
};

export type Switchyard = AsyncDisposable & {
  client: Client;
  taskQueue: string;
  /**
   * The input of the workflow `answerQuestion`, checked.
   * @throws InvalidInput for the first mistake, in one line
   */
  input(question: string, about: QuestionAbout): Promise<QuestionInput>;
  /** Resolves with the reason when the worker ends, by itself or by its disposal. */
  ended: Promise<string>;
};

/**
 * Starts the worker; it polls when this resolves. Disposal lets calls in flight finish, then closes every connection.
 * Temporal's `Runtime` (logger, metrics) is left to your program.
 * @throws ConfigError for settings that are wrong; Error when the server that they name does not answer
 */
export async function startSwitchyard({ settings = {} }: SwitchyardOptions = {}): Promise<Switchyard> {
  const config = loadConfig({ ...process.env, ...settings });
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  closeToOthers(config.dataDirectory);
  const server = namedServer(config);
  const log = createLogger({ level: config.logLevel, file: null, redactor: redactorOf(config) });
  await using opening = new AsyncDisposableStack();
  const worker = await startWorker(config, server, log);
  opening.defer(() => worker.stop());
  const connection = await Connection.connect({ ...channelArgsFor(server.address), ...server.connectionOptions });
  opening.defer(() => connection.close());
  const opened = opening.move();
  return {
    client: new Client({ connection, namespace: server.namespace, ...dataConverterOf(config.encryption) }),
    taskQueue: config.taskQueue,
    input: (question, { repo, ref, pipeline = 'orchestrated' }) =>
      questionInput(question, { repo, pipeline, ...(ref !== undefined && { ref }) }, config, (text) => log.warn(text)),
    ended: worker.ended,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
