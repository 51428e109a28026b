/** Who is killed: the worker of each system; of Switchyard a worker alone, and its runtime with server and worker. */
import { join } from 'node:path';
import type { Program } from '../systems/programs.ts';
import type { Systems } from '../systems/start-systems.ts';
import type { Switchyard } from '../systems/switchyard.ts';
import type { World } from '../systems/world.ts';
import { type KillFigures, type KillTarget, measureKills } from './kills.ts';

export type KillPlan = {
  /** Names of systems, or `switchyard worker` and `switchyard runtime`. */
  systems: readonly string[];
  count: number;
  latencyMs: number;
};

const workerAlone = 'switchyard worker';

/** @param say is told of each target */
export async function measureAllKills(
  world: World,
  systems: Systems,
  plan: KillPlan,
  say: (text: string) => void,
): Promise<KillFigures[]> {
  if (plan.count === 0) return [];
  const figures: KillFigures[] = [];
  for (const target of await targetsOf(world, systems, plan)) {
    say(`${target.name}: ${plan.count} kills`);
    figures.push(await measureKills(target, world.model, { kills: plan.count, latencyMs: plan.latencyMs }));
  }
  return figures;
}

/** The worker alone comes before the runtime, whose server it works for. */
async function targetsOf(world: World, systems: Systems, plan: KillPlan): Promise<KillTarget[]> {
  const { switchyard } = systems;
  const targets: KillTarget[] = [];
  if (switchyard !== null && plan.systems.includes(workerAlone))
    targets.push(await startWorkerAlone(world, switchyard));
  for (const { name, ask, kill } of systems.running) {
    const shown = name === 'switchyard' ? 'switchyard runtime' : name;
    if (kill !== null && plan.systems.includes(shown)) targets.push({ ...kill, name: shown, ask });
  }
  return targets;
}

/** A worker with a data directory and a task queue of its own, on the server of Switchyard's runtime. */
async function startWorkerAlone(world: World, switchyard: Switchyard): Promise<KillTarget> {
  const taskQueue = 'worker-alone';
  const environment = {
    ...switchyard.environment,
    SWITCHYARD_HOME: join(world.folder, 'home-worker-alone'),
    TEMPORAL_ADDRESS: switchyard.session.address,
    SWITCHYARD_TASK_QUEUE: taskQueue,
  };
  const launch = () =>
    world.programs.start({
      name: 'worker-alone',
      command: process.execPath,
      args: [join(world.checkout, 'worker/main.ts')],
      env: environment,
      ready: /^worker ready/m,
    });
  let program: Program = await launch();
  const ask = async (id: string) => {
    await switchyard.start(id, taskQueue);
    await switchyard.answerOf(id);
  };
  for (const at of [1, 2]) await ask(`warm-worker-alone-${at}`);
  const killAndStart = async () => {
    await program.kill('SIGKILL');
    program = await launch();
  };
  return { name: workerAlone, ask, killAndStart, answerAfter: (_id, asked) => asked, personActs: false };
}
