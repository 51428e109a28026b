/** Starts the runtime of a data directory as a process of its own, whose last words are kept in a log. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { printableLine } from '../../lib/printable.ts';

export type RuntimeCommand = { executable: string; arguments: string[]; logFile: string };

/** The start of a runtime; it may end at once because another one holds the data directory. */
export type StartedRuntime = {
  /** Undefined where it could not be started at all. */
  pid: number | undefined;
  /** Null while it runs; then its exit code, or the signal or reason that ended it. */
  ended(): number | string | null;
  /** The most telling line that it has written: the error's, else the last. */
  lastWords(): string;
};

/** Starts it detached, so that it outlives this command for as long as others use it. */
export function startRuntime({ executable, arguments: given, logFile }: RuntimeCommand): StartedRuntime {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, 'a', 0o600);
  const from = statSync(logFile).size;
  let end: number | string | null = null;
  try {
    const child = spawn(executable, given, { detached: true, stdio: ['ignore', log, log], cwd: dirname(logFile) });
    child.on('exit', (code, signal) => {
      end = code ?? signal ?? 'unknown';
    });
    child.on('error', (error) => {
      end = error.message;
    });
    child.unref();
    return { pid: child.pid, ended: () => end, lastWords: () => lastWordsOf(logFile, from) };
  } finally {
    closeSync(log);
  }
}

function lastWordsOf(logFile: string, from: number): string {
  const lines = readFileSync(logFile).subarray(from).toString('utf8').split('\n').map(printableLine).filter(Boolean);
  return (lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}
