/** Runs the command line as a child process, as a person would, in a data directory that does not exist yet. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectFitting } from './fits-schema.ts';

export type CommandEnd = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

export const mainFile = fileURLToPath(new URL('../../client/bin.js', import.meta.url));

/** A folder that is gone after the test. */
export function temporaryFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'switchyard-client-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export type ChildOptions = { env?: Record<string, string>; input?: string; cwd?: string };

/** The environment without the tester's own settings. */
export function inheritedSettings(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(SWITCHYARD|OPENAI|TEMPORAL|LANGFUSE)_|^NODE_/.test(name)),
  );
}

export function runProgram(file: string, given: readonly string[], options: ChildOptions = {}): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, given, {
      env: { ...inheritedSettings(), ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const end = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (piece: string) => {
        end[name] += piece;
      });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...end }));
    // A program that has heard enough closes its end.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

export async function runSwitchyard(given: readonly string[], options: ChildOptions = {}): Promise<CommandEnd> {
  const end = await runProgram(process.execPath, [mainFile, ...given], options);
  expectFitting(given, end.stdout);
  return end;
}
