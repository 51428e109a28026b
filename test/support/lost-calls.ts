/** Ends the calls that a scene's worker is at as a dead worker's are ended, without killing it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lostWithWorker } from '../../activities/failures.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { RegisteredCall, RegisterLine } from '../../worker/call-register.ts';
import type { Scene } from './scene.ts';

/** The calls that have begun and not returned, by the registers of a data directory. */
export function openCalls(dataDirectory: string): RegisteredCall[] {
  const { calls } = dataPaths(dataDirectory);
  return readdirSync(calls)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => {
      const open = new Map<number, RegisteredCall>();
      for (const text of readFileSync(join(calls, name), 'utf8').trim().split('\n')) {
        const line = JSON.parse(text) as RegisterLine;
        if ('call' in line) open.set(line.call, line);
        if ('returned' in line) open.delete(line.returned);
      }
      return [...open.values()];
    });
}

/** @returns the token of the attempt that was lost */
export async function loseOpenCall({ client, dataDirectory }: Scene): Promise<string> {
  // An attempt that was lost before hears of it with its next heartbeat only.
  const taskToken = openCalls(dataDirectory).at(-1)?.taskToken ?? '';
  await client.activity.fail(Buffer.from(taskToken, 'base64'), lostWithWorker());
  return taskToken;
}
