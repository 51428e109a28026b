/** Our own worker inside a program, beside whatever it has of its own; and the client alone, for workers that run elsewhere. */
import { questionClient, type SwitchyardClient } from '../../application/program/client.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession, serverSession } from '../../application/session/session.ts';
import { namedServer } from '../../runtime/host/server-address.ts';
import { startWorker } from '../create-worker.ts';
import { prepare } from './create-switchyard.ts';

/** By which settings. */
export type SwitchyardOptions = {
  /** By the names of .env.example, over those of the environment: `{ SWITCHYARD_TASK_QUEUE: 'answers' }`. */
  settings?: Readonly<Record<string, string>>;
};

/** A worker of ours in this process, and a client. */
export type Switchyard = AsyncDisposable & {
  client: SwitchyardClient;
  taskQueue: string;
  /** Resolves with the reason when the worker ends, by itself or by its disposal. */
  ended: Promise<string>;
};

/**
 * Starts a worker of ours in this process, on the task queue of the settings; it polls when this resolves. Disposal lets
 * calls in flight finish, then closes every connection. Temporal's `Runtime` (logger, metrics) is left to the program.
 * @throws InvalidInput for settings that are wrong; ServerUnavailable where the server that they name does not answer
 */
export async function startSwitchyard({ settings = {} }: SwitchyardOptions = {}): Promise<Switchyard> {
  const { config, log } = prepare(settings);
  const tell = (text: string) => log.warn(text);
  await using opening = new AsyncDisposableStack();
  const session = opening.use(
    await serverSession({ settings: config, onProgress: tell, signal: new AbortController().signal }),
  );
  const worker = await startWorker(config, namedServer(config), log);
  opening.defer(() => worker.stop());
  const opened = opening.move();
  return {
    client: questionClient(session, config, tell),
    taskQueue: config.taskQueue,
    ended: worker.ended,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/**
 * The client alone. Without TEMPORAL_ADDRESS it joins the runtime of the data directory, which it starts where none is, as
 * commands do; with it, runs are answered by the workers of its task queue.
 * @param options `onProgress`: told what takes time at the start
 * @throws InvalidInput for settings that are wrong; ServerUnavailable
 */
export async function connectSwitchyard({
  settings = {},
  onProgress = () => {},
}: SwitchyardOptions & { onProgress?: (text: string) => void } = {}): Promise<AsyncDisposable & SwitchyardClient> {
  const config = readSettings(settings);
  const { signal } = new AbortController();
  const session = await openSession({ settings: config, need: 'worker', onProgress, signal });
  const client = questionClient(session, config, onProgress);
  return { ...client, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}
