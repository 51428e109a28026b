/** A worker of a stack as a process of its own, to be killed; it ends with the bench that has started it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { workerMemory } from '../../application/session/session.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { spawnTied } from '../../lib/tied-child.ts';
import type { Stack } from './stack.ts';

export type WorkerProcess = AsyncDisposable & {
  pid: number;
  /** Resolves once it is gone. */
  kill(): Promise<void>;
};

/**
 * Its memory has the bounds of a runtime's worker.
 * @param program the ordinary worker unless another is given; it must print a line once it polls
 * @param more settings of its environment
 */
export async function startWorkerProcess(
  stack: Pick<Stack, 'address' | 'dataDirectory' | 'config'>,
  program = 'worker/main.ts',
  more: Record<string, string> = {},
): Promise<WorkerProcess> {
  const child = spawnTied(process.execPath, [...workerMemory.flags, join(checkoutFolder, program)], {
    env: {
      ...process.env,
      ...workerMemory.environment,
      TEMPORAL_ADDRESS: stack.address,
      SWITCHYARD_HOME: stack.dataDirectory,
      SWITCHYARD_TASK_QUEUE: stack.config.taskQueue,
      SWITCHYARD_MODEL: stack.config.model.specialist,
      SWITCHYARD_LOG_LEVEL: 'error',
      SWITCHYARD_TRACES: 'none',
      OPENAI_BASE_URL: stack.config.model.baseUrl ?? '',
      ...more,
    },
    stdio: ['ignore', 'pipe', 2],
  });
  const gone = once(child, 'exit');
  const died = gone.then(() => Promise.reject(new Error('the worker did not start')));
  await Promise.race([once(child.stdout ?? child, 'data'), died]);
  died.catch(() => {});
  const kill = () => stopped(child, gone);
  return { pid: child.pid ?? 0, kill, [Symbol.asyncDispose]: kill };
}

async function stopped(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await gone;
}
