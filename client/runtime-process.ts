/** Starts the runtime of a home as a process of its own, whose last words are kept in a log. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { printableLine } from './output.ts';

export type RuntimeCommand = { executable: string; arguments: string[]; logFile: string };

/** The start of a runtime; it may end at once because another one holds the home. */
export type StartedRuntime = {
  /** Null while it runs; then how it ended. */
  ended(): { code: number | null; lastWords: string } | null;
};

/** Starts it detached, so that it outlives this command for as long as others use it. */
export function startRuntime({ executable, arguments: given, logFile }: RuntimeCommand): StartedRuntime {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, 'a', 0o600);
  const from = statSync(logFile).size;
  let end: { code: number | null; lastWords: string } | null = null;
  try {
    const child = spawn(executable, given, { detached: true, stdio: ['ignore', log, log], cwd: dirname(logFile) });
    child.on('exit', (code) => {
      end = { code, lastWords: lastWords(logFile, from) };
    });
    child.on('error', (error) => {
      end = { code: null, lastWords: error.message };
    });
    child.unref();
  } finally {
    closeSync(log);
  }
  return { ended: () => end };
}

/** The most telling line of what was written since `from`: the error's, else the last. */
function lastWords(logFile: string, from: number): string {
  const lines = readFileSync(logFile).subarray(from).toString('utf8').split('\n').map(printableLine).filter(Boolean);
  return (lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}
