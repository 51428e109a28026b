/** Asks on a terminal of its own, by `script` of util-linux, and notes when each word of a draft is first drawn. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { checkoutFolder } from '../../config/load-config.ts';
import type { Stack } from '../support/stack.ts';

/** @returns when each word was first drawn, by `performance.now()`; null where there is no `script` */
export async function askOnTerminal(
  { address, dataDirectory, config }: Pick<Stack, 'address' | 'dataDirectory' | 'config'>,
  modelUrl: string,
  question: string,
): Promise<Map<number, number> | null> {
  const ask = `node client/bin.js ask '${question}' --pipeline single-agent-ungated --repo node_modules/commander`;
  const child = spawn('script', ['-qfec', `stty cols 100 rows 40; exec ${ask}`, '/dev/null'], {
    cwd: checkoutFolder,
    env: {
      ...process.env,
      TERM: 'xterm-256color',
      PATH: `${join(process.execPath, '..')}:${process.env.PATH}`,
      TEMPORAL_ADDRESS: address,
      SWITCHYARD_HOME: dataDirectory,
      SWITCHYARD_TASK_QUEUE: config.taskQueue,
      SWITCHYARD_MODEL: config.model.specialist,
      OPENAI_BASE_URL: modelUrl,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const drawn = new Map<number, number>();
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    const nowMs = performance.now();
    for (const [, at = ''] of stripVTControlCharacters(piece).matchAll(/\bw(\d+)\b(?!$)/g))
      if (!drawn.has(Number(at))) drawn.set(Number(at), nowMs);
  });
  const missing = once(child, 'error').then(() => null);
  return Promise.race([missing, once(child, 'close').then(() => drawn)]);
}
