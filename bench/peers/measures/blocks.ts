/** Blocks of questions, system after system in turn, so that a busy minute of the machine meets all of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../lib/errors.ts';
import type { StubModel } from '../systems/model.ts';
import { cpuMs, memoryMiB } from '../systems/process-figures.ts';
import { machineLoad } from '../systems/programs.ts';
import type { Role, System, SystemName } from '../systems/system.ts';

export type Block = {
  /** Of each question, in milliseconds. */
  times: number[];
  /** Questions without an answer; their times do not count. */
  failures: string[];
  wallMs: number;
  /** Milliseconds of CPU per question; the client is this program. */
  cpu: Partial<Record<Role | 'client' | 'model', number>>;
  load: string;
};

export type Blocks = Map<SystemName, Block[]>;

let asked = 0;
const stamp = Date.now().toString(36);
const nextId = (system: System): string => {
  asked += 1;
  return `${system.name}-${stamp}-${asked}`;
};

/** Asks `count` questions of a system, `width` at a time. */
export async function askBlock(system: System, model: StubModel, count: number, width: number): Promise<Block> {
  const [before, own, modelBefore] = [cpuByRole(system), process.cpuUsage(), cpuMs(model.pid)];
  const [began, times, failures]: [number, number[], string[]] = [performance.now(), [], []];
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const start = performance.now();
      try {
        await system.ask(nextId(system));
        times.push(performance.now() - start);
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  const wallMs = performance.now() - began;
  const { user, system: kernel } = process.cpuUsage(own);
  const cpu: Block['cpu'] = { client: (user + kernel) / 1000 / count, model: (cpuMs(model.pid) - modelBefore) / count };
  for (const [role, ms] of Object.entries(cpuByRole(system)) as [Role, number][])
    cpu[role] = (ms - (before[role] ?? 0)) / count;
  return { times, failures, wallMs, cpu, load: machineLoad() };
}

export type BlockPlan = {
  /** How many blocks each system gets. */
  rounds: number;
  /** Questions in a block. */
  count: number;
  width: number;
};

/** Every second round runs backwards, so that nobody always follows the same neighbour. */
export async function interleaved(systems: readonly System[], model: StubModel, plan: BlockPlan): Promise<Blocks> {
  const blocks: Blocks = new Map(systems.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round += 1)
    for (const system of round % 2 === 0 ? systems : systems.toReversed()) {
      blocks.get(system.name)?.push(await askBlock(system, model, plan.count, plan.width));
      await pause(plan.width > 1 ? 300 : 0);
    }
  return blocks;
}

export function cpuByRole(system: System): Partial<Record<Role, number>> {
  return byRole(system, cpuMs);
}

export function memoryByRole(system: System): Partial<Record<Role, number>> {
  return byRole(system, memoryMiB);
}

function byRole(system: System, figure: (pid: number) => number): Partial<Record<Role, number>> {
  const roles = Object.entries(system.pids()) as [Role, number[]][];
  return Object.fromEntries(roles.map(([role, pids]) => [role, pids.reduce((sum, pid) => sum + figure(pid), 0)]));
}
