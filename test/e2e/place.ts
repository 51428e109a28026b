/** A data directory whose runtime, with a server of its own, stays up for every command that a test file runs. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSession, type Session } from '../../application/session/session.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { loadConfig } from '../../config/load-config.ts';
import { runInProcess } from '../client/run-in-process.ts';
import { checkout, temporalExecutable } from '../support/temporal.ts';

export type Ended = { code: number; stdout: string; stderr: string };
export type Place = Awaited<ReturnType<typeof newPlace>>;

export async function newPlace() {
  const paths = dataPaths(mkdtempSync(join(tmpdir(), 'switchyard-gc-')));
  const own = {
    SWITCHYARD_HOME: paths.dataDirectory,
    SWITCHYARD_TEMPORAL_EXECUTABLE: await temporalExecutable(),
    NO_COLOR: '1',
    // An export that is not over yet would keep its run's content: here nothing is to be kept.
    SWITCHYARD_TRACES: 'none',
  };
  const env = { ...process.env, ...own };
  const bin = join(checkout, 'client/bin.js');
  const switchyard = (...args: string[]) =>
    new Promise<Ended>((resolve) => {
      execFile(bin, args, { cwd: checkout, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  /** The same in this process: without the start of another. */
  const here = (...args: string[]): Promise<Ended> =>
    runInProcess(args, { env: own }).then(({ code, ...said }) => ({ code: code ?? 1, ...said }));
  const start = (...args: string[]) =>
    spawn(process.execPath, [join(checkout, 'client/bin.js'), ...args], {
      cwd: checkout,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  return {
    paths,
    env,
    switchyard,
    here,
    start,
    [Symbol.dispose]: () => rmSync(paths.dataDirectory, { recursive: true, force: true }),
  };
}

/** Keeps the runtime of a place, which every command joins, until it is disposed of. It gets this process's settings. */
export function keepRuntime({ env }: Place): Promise<Session> {
  Object.assign(process.env, env);
  return openSession({
    settings: loadConfig(env),
    need: 'worker',
    onProgress: () => {},
    signal: new AbortController().signal,
  });
}
