/** One measurement from an empty folder to figures: the world is started, measured and stopped. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { dataPaths } from '../../config/data-paths.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { resolveTemporalExecutable } from '../../runtime/temporal/temporal-executable.ts';
import { measureAllKills } from './measures/kill-targets.ts';
import { measureAll, type Plan } from './measures/measure-all.ts';
import { figuresOf, type Results } from './report/results.ts';
import { makeRepository, type Place, startStubModel } from './systems/model.ts';
import { machineLoad, Programs } from './systems/programs.ts';
import { startSystems } from './systems/start-systems.ts';
import type { SystemName } from './systems/system.ts';

export type PeersOptions = {
  systems: readonly SystemName[];
  plan: Plan;
  kills: { systems: readonly string[]; count: number; latencyMs: number };
  /** Null: parts of Fastify, as a git repository. */
  repository: { repository: string; place: Place } | null;
  checkout: string;
  beside: string | null;
  /** More settings for Switchyard. */
  settings: Record<string, string>;
  warmUps: number;
  say: (text: string) => void;
};

/** @throws Error where Switchyard itself, or what is asked for by name, does not run */
export async function runPeers(options: PeersOptions): Promise<Results> {
  const { say, plan } = options;
  const startedAt = new Date().toISOString();
  const loadBefore = machineLoad();
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-peers-'));
  opened.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const programs = opened.use(new Programs(join(folder, 'logs')));
  const { repository, place } = options.repository ?? makeRepository(join(folder, 'fastify'));
  const model = await startStubModel(programs, repository, place);
  const own = dataPaths(join(checkoutFolder, '.switchyard'));
  const named = process.env.SWITCHYARD_TEMPORAL_EXECUTABLE ?? null;
  const temporalExecutable = await resolveTemporalExecutable(named, own, say);
  const { checkout, beside, settings } = options;
  const world = { programs, model, folder, repository, checkout, beside, temporalExecutable, settings };
  const systems = await startSystems(world, options.systems, say, options.warmUps);
  for (const each of systems.switchyards) opened.defer(() => each.close());
  const measured = await measureAll(systems.running, model, plan, say);
  const kills = await measureAllKills(world, systems, options.kills, say);
  const names = systems.running.map(({ name }) => name);
  return {
    startedAt,
    endedAt: new Date().toISOString(),
    machine: machine(),
    commit: commitOf(checkout),
    loadBefore,
    loadAfter: machineLoad(),
    options: { systems: options.systems, ...plan, kills: options.kills, settings },
    leftOut: systems.leftOut,
    systems: figuresOf(names, measured),
    kills,
  };
}

function machine(): Results['machine'] {
  const [first] = cpus();
  return {
    cpus: cpus().length,
    model: first?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${type()} ${release()}`,
    node: process.version,
  };
}

function commitOf(checkout: string): string {
  const git = (...args: string[]) => execFileSync('git', ['-C', checkout, ...args], { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed}`;
  } catch {
    return 'unknown';
  }
}
