/** The files of the registers of calls (worker/call-register.ts), and which of them nobody will look at any more. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from './file-lock.ts';

export const lockEnding = '.lock';
export const callsEnding = '.jsonl';
/** What is being made: a lock before it is held, a register that is written anew. */
const unfinishedEnding = '.new';
/** The lock goes last: without it nobody would look for the calls. SQLite's own files keep the first name of a lock. */
const endings = [`${unfinishedEnding}-journal`, `${callsEnding}${unfinishedEnding}`, callsEnding, lockEnding];

/** @param name the path of the lock, which the caller holds */
export function removeRegister(name: string): void {
  const path = name.slice(0, -lockEnding.length);
  for (const ending of endings) rmSync(path + ending, { force: true });
}

/** A lock, or what was to become one. */
const isLock = /(?<!\.jsonl)(\.lock|\.new)$/;

/** How many there are, those of living workers included. */
export function registersIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  return new Set(readdirSync(folder).map(nameOf)).size;
}

function nameOf(file: string): string {
  return file.split('.', 1)[0] ?? file;
}

export type AbandonedRegister = { bytes: number };

/**
 * Registers without a living owner that are older than the given time: those of workers for a server that none works for any
 * more, since the next worker for it would have removed them; and what a kill has left of one that was being made.
 * @param remove false only lists them
 */
export function abandonedRegisters(folder: string, olderThanMs: number, remove: boolean): AbandonedRegister[] {
  if (!existsSync(folder)) return [];
  const found: AbandonedRegister[] = [];
  const byName = Map.groupBy(readdirSync(folder), nameOf);
  for (const names of byName.values()) {
    const files = names.map((file) => join(folder, file));
    const stats = files.map((file) => statSync(file, { throwIfNoEntry: false }));
    if (stats.some((stat) => stat === undefined || stat.mtimeMs >= olderThanMs)) continue;
    const locks = files.filter((file) => isLock.test(file));
    const held = locks.map((file) => takeLock(file));
    if (held.every((lock) => lock !== null)) {
      found.push({ bytes: stats.reduce((sum, stat) => sum + (stat?.size ?? 0), 0) });
      const inOrder = [...files.filter((file) => !locks.includes(file)), ...locks];
      if (remove) for (const file of inOrder) rmSync(file, { force: true });
    }
    for (const lock of held) lock?.release();
  }
  return found;
}
