/** `switchyard up` on the data directory of a stack, in the place of its server, to be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { checkoutFolder } from '../../config/load-config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { lives } from '../../lib/process-lives.ts';
import { keptPorts } from '../../runtime/temporal/ports.ts';
import type { Stack } from './stack.ts';

export type RuntimeProcess = {
  /** kill -9 of the runtime; resolves once it, its server and the command that waited for it are gone. */
  kill(): Promise<void>;
  /** As Ctrl-C does. */
  stop(): Promise<void>;
};

/**
 * Resolves once server and worker are there. The stack's own server must have been stopped.
 * @throws Error where another program has taken the server's port meanwhile
 */
export async function startRuntime(
  { address, dataDirectory, executable, config }: Pick<Stack, 'address' | 'dataDirectory' | 'executable' | 'config'>,
  more: Record<string, string> = {},
): Promise<RuntimeProcess> {
  const up = spawn(process.execPath, [join(checkoutFolder, 'client/bin.js'), 'up'], {
    env: {
      ...process.env,
      SWITCHYARD_HOME: dataDirectory,
      SWITCHYARD_TEMPORAL_EXECUTABLE: executable,
      SWITCHYARD_TASK_QUEUE: config.taskQueue,
      SWITCHYARD_MODEL: config.model.specialist,
      SWITCHYARD_LOG_LEVEL: 'error',
      SWITCHYARD_TRACES: 'none',
      OPENAI_BASE_URL: config.model.baseUrl ?? '',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(up, 'exit');
  const died = gone.then(() => Promise.reject(new Error('the runtime did not start')));
  await Promise.race([untilPrinted(up.stdout, /^Temporal\s/m), died]);
  died.catch(() => {});
  const paths = dataPaths(dataDirectory);
  const grpc = keptPorts(paths.ports)?.grpc;
  if (!address.endsWith(`:${grpc}`)) throw new Error(`the server has moved from ${address} to port ${grpc}`);
  const { pid: server } = JSON.parse(readFileSync(paths.server, 'utf8')) as { pid: number };
  return {
    async kill() {
      process.kill(runtimePid(dataDirectory), 'SIGKILL');
      await gone;
      while (lives(server)) await pause(20);
    },
    async stop() {
      up.kill('SIGINT');
      await gone;
    },
  };
}

async function untilPrinted(stream: Readable, wanted: RegExp): Promise<void> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (wanted.test(text)) return;
  }
}

/** The process id of a data directory's runtime: it has started the server, which the directory names. */
export function runtimePid(dataDirectory: string): number {
  const { pid } = JSON.parse(readFileSync(dataPaths(dataDirectory).server, 'utf8')) as { pid: number };
  // The fourth field of the line, counted behind the program's name, which may hold anything.
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]);
}
