/** What every system of a measurement stands on: a folder, the stub model, a repository, the Temporal program. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataPaths } from '../../../config/data-paths.ts';
import { checkoutFolder } from '../../../config/load-config.ts';
import { resolveTemporalExecutable } from '../../../runtime/temporal/temporal-executable.ts';
import { makeRepository, type Place, startStubModel, type StubModel } from './model.ts';
import { Programs } from './programs.ts';

export type World = {
  programs: Programs;
  model: StubModel;
  /** For everything that systems write. */
  folder: string;
  repository: string;
  checkout: string;
  /** A second checkout, for `beside`. */
  beside: string | null;
  temporalExecutable: string;
  settings: Record<string, string>;
};

export type WorldOptions = Pick<World, 'checkout' | 'beside' | 'settings'> & {
  /** Null: parts of Fastify, as a git repository. */
  repository: { repository: string; place: Place } | null;
  say: (text: string) => void;
};

/** Leaving it ends every program that was started in it, and removes its folder. */
export async function openWorld({ say, ...options }: WorldOptions): Promise<World & AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-peers-'));
  opening.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const programs = opening.use(new Programs(join(folder, 'logs')));
  const { repository, place } = options.repository ?? makeRepository(join(folder, 'fastify'));
  const model = await startStubModel(programs, repository, place);
  const own = dataPaths(join(checkoutFolder, '.switchyard'));
  const named = process.env.SWITCHYARD_TEMPORAL_EXECUTABLE ?? null;
  const temporalExecutable = await resolveTemporalExecutable(named, own, say);
  const { checkout, beside, settings } = options;
  const opened = opening.move();
  const dispose = () => opened.disposeAsync();
  const parts = { programs, model, folder, repository, checkout, beside, temporalExecutable, settings };
  return { ...parts, [Symbol.asyncDispose]: dispose };
}

/** The commit of a checkout, and whether files of it have changed since. */
export function commitOf(checkout: string): string {
  const git = (...args: string[]) => execFileSync('git', ['-C', checkout, ...args], { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed}`;
  } catch {
    return 'unknown';
  }
}
