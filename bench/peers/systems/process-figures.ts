/** What processes take of the machine, from Linux's own counts. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The kernel's unit in /proc/PID/stat, 100 a second on every platform that Node runs on. */
const tickMs = 10;

/** Milliseconds of CPU of a process, its threads and the children that it has waited for; 0 once it is gone. */
export function cpuMs(pid: number): number {
  const stat = readOr(`/proc/${pid}/stat`, '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) * tickMs;
}

/** MiB of memory that a process holds, shared pages by their share; 0 once it is gone. */
export function memoryMiB(pid: number): number {
  return Number(/Pss:\s+(\d+)/.exec(readOr(`/proc/${pid}/smaps_rollup`, ''))?.[1] ?? 0) / 1024;
}

/** A process and its descendants, without those under `except`. */
export function treeOf(pid: number, except: readonly number[] = []): number[] {
  if (except.includes(pid)) return [];
  const children = readOr(`/proc/${pid}/task/${pid}/children`, '').trim().split(/\s+/).filter(Boolean).map(Number);
  return [pid, ...children.flatMap((child) => treeOf(child, except))];
}

/** Bytes of disk that a file or a folder takes, in whole blocks; 0 where there is none. */
export function diskBytes(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.blocks * 512;
  return namesIn(path).reduce((sum, name) => sum + diskBytes(join(path, name)), 0);
}

/** Files that are removed meanwhile are none. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
