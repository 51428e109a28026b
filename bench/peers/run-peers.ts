/** One measurement from an empty folder to figures: the world is started, measured and stopped. */
import { cpus, release, totalmem, type } from 'node:os';
import { type KillPlan, measureAllKills } from './measures/kill-targets.ts';
import { measureAll, type Plan } from './measures/measure-all.ts';
import { figuresOf, type Results } from './report/results.ts';
import { machineLoad } from './systems/programs.ts';
import { startSystems } from './systems/start-systems.ts';
import type { SystemName } from './systems/system.ts';
import { commitOf, openWorld, type WorldOptions } from './systems/world.ts';

export type PeersOptions = WorldOptions & {
  systems: readonly SystemName[];
  plan: Plan;
  kills: KillPlan;
  /** Questions that each system answers before anything is measured. */
  warmUps: number;
};

/** @throws Error where what every system stands on does not start */
export async function runPeers(options: PeersOptions): Promise<Results> {
  const { say, plan, settings } = options;
  const startedAt = new Date().toISOString();
  const loadBefore = machineLoad();
  await using world = await openWorld(options);
  await using opened = new AsyncDisposableStack();
  const systems = await startSystems(world, options.systems, say, options.warmUps);
  for (const each of systems.switchyards) opened.defer(() => each.close());
  const measured = await measureAll(systems.running, world.model, plan, say);
  const kills = await measureAllKills(world, systems, options.kills, say);
  const names = systems.running.map(({ name }) => name);
  return {
    startedAt,
    endedAt: new Date().toISOString(),
    machine: machine(),
    commit: commitOf(options.checkout),
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
