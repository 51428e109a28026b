/** Remembers which server runs on a data directory's file, so that one left behind by a killed runtime is stopped, not joined by a second. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { DataPaths } from '../../config/data-paths.ts';
import { startTimeOf, stopProgram } from './running-program.ts';
import { systemErrorCode } from '../../lib/errors.ts';
import { replaceFileLocked } from '../../lib/fs.ts';

const ServerRecord = z.object({ pid: z.int().positive(), startTime: z.string().min(1) });

const graceSeconds = 10;

/**
 * To be called as soon as the server is spawned.
 * @returns its start time; null when it has already ended.
 */
export async function recordServer(paths: Pick<DataPaths, 'server'>, pid: number): Promise<string | null> {
  const startTime = await startTimeOf(pid);
  if (startTime !== null) {
    const record = `${JSON.stringify({ pid, startTime })}\n`;
    replaceFileLocked(paths.server, (file) => writeFileSync(file, record, { mode: 0o600 }));
  }
  return startTime;
}

/**
 * Stops the server that an earlier runtime of this data directory left running, if any. To be called under the data directory's lock.
 * @returns true when there was one.
 */
export async function stopLeftOverServer(paths: Pick<DataPaths, 'server'>): Promise<boolean> {
  const record = readRecord(paths.server);
  if (record === null) return false;
  const isRunning = (await startTimeOf(record.pid)) === record.startTime;
  if (isRunning) await stopProgram(record.pid, record.startTime, graceSeconds);
  forgetServer(paths);
  return isRunning;
}

export function forgetServer(paths: Pick<DataPaths, 'server'>): void {
  rmSync(paths.server, { force: true });
}

function readRecord(file: string): z.infer<typeof ServerRecord> | null {
  try {
    return ServerRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    // Written whole or not at all; a power cut may empty it, but leaves no server either.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
