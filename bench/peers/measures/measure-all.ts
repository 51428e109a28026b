/** Everything that is measured of the systems that run, in one order. */
import { setTimeout as pause } from 'node:timers/promises';
import type { StubModel } from '../systems/model.ts';
import { askBlock, type Blocks, cpuByRole, interleaved, memoryByRole } from './blocks.ts';
import { round } from '../../support/figures.ts';
import type { Role, System, SystemName } from '../systems/system.ts';

export type Plan = {
  rounds: number;
  each: number;
  levels: readonly number[];
  passes: number;
  /** Questions of a block with several in flight: so many times as are in flight. */
  depth: number;
  /** Questions that each system has answered when its memory is read; 0: memory and disk are left out. */
  memoryAfter: number;
  /** Questions with a latency of a second in each model call; 0: left out. */
  slowQuestions: number;
  /** Without a question before idle CPU is measured: V8 first collects what the warm-up has left. */
  settleSeconds: number;
  idleSeconds: number;
};

export type Measured = {
  oneAtATime: Blocks;
  inFlight: Map<number, Blocks>;
  slow: Blocks | null;
  /** Percent of a core, by role. */
  idle: Map<SystemName, Partial<Record<Role, number>>>;
  /** MiB, by role, after so many questions in all. */
  memory: Map<SystemName, { questions: number; byRole: Partial<Record<Role, number>> }>;
  /** Bytes a question, by part. */
  disk: Map<SystemName, Record<string, number>>;
  /** Of all requests of a question, as the stub model counts them. */
  inputTokens: Map<SystemName, number>;
};

export const slowLatencyMs = 1000;

/** @param say is told of each step */
export async function measureAll(
  systems: readonly System[],
  model: StubModel,
  plan: Plan,
  say: (text: string) => void,
): Promise<Measured> {
  await model.set(0);
  await pause(plan.settleSeconds * 1000);
  const idle = await idleCpu(systems, plan.idleSeconds);
  say('one at a time');
  const oneAtATime = await interleaved(systems, model, { rounds: plan.rounds, count: plan.each, width: 1 });
  const inFlight = new Map<number, Blocks>();
  for (const level of plan.levels) {
    say(`${level} in flight`);
    inFlight.set(
      level,
      await interleaved(systems, model, { rounds: plan.passes, count: level * plan.depth, width: level }),
    );
  }
  const inFlightQuestions = plan.levels.reduce((sum, level) => sum + plan.passes * plan.depth * level, 0);
  const asked = plan.rounds * plan.each + inFlightQuestions;
  const kept = await afterMany(systems, model, { asked, wanted: plan.memoryAfter }, say);
  const inputTokens = await inputTokensOf(systems, model);
  return { oneAtATime, inFlight, idle, ...kept, inputTokens, slow: await slowBlocks(systems, model, plan, say) };
}

/** Every question has the same requests, so one is enough. */
async function inputTokensOf(systems: readonly System[], model: StubModel): Promise<Measured['inputTokens']> {
  const tokens: Measured['inputTokens'] = new Map();
  for (const system of systems) {
    const id = `tokens-${system.name}`;
    await model.set(0);
    await system.ask(id);
    const requests = await model.requestsOf(id);
    tokens.set(
      system.name,
      requests.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    );
  }
  return tokens;
}

/** All of them are up, none is asked. */
async function idleCpu(systems: readonly System[], seconds: number): Promise<Measured['idle']> {
  const before = systems.map((system) => cpuByRole(system));
  await pause(seconds * 1000);
  const entries = systems.map((system, at) => {
    const percent = Object.entries(cpuByRole(system)).map(([role, ms]) => {
      const used = ms - (before[at]?.[role as Role] ?? 0);
      return [role, seconds === 0 ? 0 : round(used / (seconds * 10))];
    });
    return [system.name, Object.fromEntries(percent)] as const;
  });
  return new Map(entries);
}

async function afterMany(
  systems: readonly System[],
  model: StubModel,
  { asked, wanted }: { asked: number; wanted: number },
  say: (text: string) => void,
): Promise<Pick<Measured, 'memory' | 'disk'>> {
  const kept: Pick<Measured, 'memory' | 'disk'> = { memory: new Map(), disk: new Map() };
  if (wanted === 0) return kept;
  const count = Math.max(100, wanted - asked);
  for (const system of systems) {
    say(`${system.name}: ${count} more questions`);
    const before = system.disk();
    await askBlock(system, model, count, 5);
    // What is written behind the answers: traces, the server's own queues.
    await pause(3000);
    kept.disk.set(system.name, diskDelta(before, system.disk(), count));
    kept.memory.set(system.name, { questions: asked + count, byRole: memoryByRole(system) });
  }
  return kept;
}

async function slowBlocks(
  systems: readonly System[],
  model: StubModel,
  { slowQuestions }: Plan,
  say: (text: string) => void,
): Promise<Blocks | null> {
  if (slowQuestions === 0) return null;
  say(`one at a time, ${slowLatencyMs} ms in each model call`);
  await model.set(slowLatencyMs);
  const blocks = await interleaved(systems, model, { rounds: slowQuestions, count: 1, width: 1 });
  await model.set(0);
  return blocks;
}

function diskDelta(before: Record<string, number>, after: Record<string, number>, count: number) {
  const parts = Object.entries(after).map(([part, bytes]) => [part, Math.round((bytes - (before[part] ?? 0)) / count)]);
  return Object.fromEntries(parts) as Record<string, number>;
}
