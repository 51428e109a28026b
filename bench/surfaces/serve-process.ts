/** `switchyard serve` on a stack, as a process of its own beside the worker; it ends with the bench. */
import { once } from 'node:events';
import { join } from 'node:path';
import { checkoutFolder } from '../../config/load-config.ts';
import { spawnTied } from '../../lib/tied-child.ts';
import type { Stack } from '../support/stack.ts';

export type ServeProcess = AsyncDisposable & { pid: number; url: string; key: string };

const key = 'the-key-of-this-measurement';

type Place = Pick<Stack, 'address' | 'dataDirectory' | 'config'>;

/** By which a command uses the server, the worker and the model of a stack. */
export function settingsOfSurface({ address, dataDirectory, config }: Place): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: address,
    SWITCHYARD_HOME: dataDirectory,
    SWITCHYARD_TASK_QUEUE: config.taskQueue,
    SWITCHYARD_MODEL: config.model.specialist,
    SWITCHYARD_LOG_LEVEL: 'error',
    SWITCHYARD_TRACES: 'none',
    OPENAI_BASE_URL: config.model.baseUrl ?? '',
  };
}

/** @param given options of `switchyard serve` */
export async function startServeProcess(stack: Place, given: readonly string[]): Promise<ServeProcess> {
  const child = spawnTied(
    process.execPath,
    [join(checkoutFolder, 'client/bin.js'), 'serve', '--port', '0', '--json', ...given],
    {
      env: { ...process.env, ...settingsOfSurface(stack), SWITCHYARD_SERVE_KEYS: `bench:${key}` },
      stdio: ['ignore', 'pipe', 2],
    },
  );
  const gone = once(child, 'exit');
  const died = gone.then(() => Promise.reject(new Error('"switchyard serve" did not start')));
  const [line] = (await Promise.race([once(child.stdout ?? child, 'data'), died])) as [Buffer];
  died.catch(() => {});
  const { url } = JSON.parse(line.toString('utf8')) as { url: string };
  return {
    ...{ pid: child.pid ?? 0, url, key },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
