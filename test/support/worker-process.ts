/** A worker as a process of its own, as `npm run worker` starts it: to be killed, or asked for its metrics. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkout } from './temporal.ts';

export type WorkerProcess = AsyncDisposable & {
  /** Resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Sends it without waiting for an end. */
  signal(signal: NodeJS.Signals): void;
  /** Log lines so far. */
  readonly log: string;
};

export type WorkerPlace = { address: string; dataDirectory: string; taskQueue: string; modelUrl: string };

/** Resolves when it polls. */
export async function startWorkerProcess(
  { address, dataDirectory, taskQueue, modelUrl }: WorkerPlace,
  more: Record<string, string> = {},
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [join(checkout, 'worker/main.ts')], {
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: address,
      SWITCHYARD_HOME: dataDirectory,
      SWITCHYARD_TASK_QUEUE: taskQueue,
      SWITCHYARD_MODEL: 'test-model',
      SWITCHYARD_HEARTBEAT_SECONDS: '2',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: modelUrl,
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    log += piece;
  });
  const gone = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    gone.then(() => Promise.reject(new Error(`the worker did not start: ${log}`))),
  ]);
  const kill = (signal: NodeJS.Signals) => end(child, gone, signal);
  return {
    kill,
    signal: (signal) => void child.kill(signal),
    get log() {
      return log;
    },
    [Symbol.asyncDispose]: () => kill('SIGTERM'),
  };
}

async function end(child: ChildProcess, gone: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await gone;
}
