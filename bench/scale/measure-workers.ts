/** Questions a second and what they cost, by the number of workers; and by the size of a question. */
import type { QuestionInput } from '../../contracts/run.ts';
import { median, round } from '../support/figures.ts';
import { cpuMs, memoryMiB } from '../peers/systems/process-figures.ts';
import type { World } from '../peers/systems/world.ts';
import { inLanes, type Keeping, openTeam, type Team } from './team.ts';
import type { TeamServer } from './temporal-on-postgres.ts';

export type ScalePlan = { workers: number; keeping: Keeping; questions: number; inFlight: number };

/** Milliseconds of CPU a question, by who used them. */
export type CpuFigures = { workers: number; server: number; postgres: number; model: number; client: number };
export type ScaleFigures = ScalePlan & { perSecond: number; p50Ms: number; cpuMs: CpuFigures; memoryMiB: number };

/** Starts the workers, measures them and stops them. */
export async function measureWorkers(world: World, server: TeamServer, plan: ScalePlan): Promise<ScaleFigures> {
  const name = `scale-${plan.keeping}-${plan.workers}`;
  await using team = await openTeam(world, server, { ...plan, name });
  await inLanes(plan.inFlight, 2 * plan.inFlight, async (at) => void (await team.ask(`warm-${name}-${at}`)));
  const pids = team.workers.map(({ pid }) => pid);
  const {
    cpuMs: used,
    times,
    seconds,
  } = await measured(world, server, pids, async (times) => {
    await inLanes(plan.inFlight, plan.questions, async (at) => void times.push(await team.ask(`${name}-${at}`)));
  });
  const figures = { perSecond: round(plan.questions / seconds), p50Ms: round(median(times), 0), cpuMs: used };
  return { ...plan, ...figures, memoryMiB: Math.round(pids.reduce((sum, pid) => sum + memoryMiB(pid), 0)) };
}

export type GrowthFigures = {
  grows: 'turns' | 'routes';
  size: number;
  p50Ms: number;
  events: number;
  historyKb: number;
  cpuMs: CpuFigures;
};

const sizes = { turns: [2, 8, 16, 32], routes: [1, 2, 3, 4] } as const;

/** One question at a time, each longer or wider than the one before. */
export async function measureGrowth(world: World, server: TeamServer, questions: number): Promise<GrowthFigures[]> {
  await using team = await openTeam(world, server, { name: 'scale-growth', workers: 1, keeping: 'shared' });
  await inLanes(4, 8, async (at) => void (await team.ask(`warm-growth-${at}`)));
  const figures: GrowthFigures[] = [];
  for (const [grows, all] of Object.entries(sizes) as [GrowthFigures['grows'], readonly number[]][])
    for (const size of all) figures.push(await ofSize(world, server, team, { grows, size, questions }));
  return figures;
}

type Size = Pick<GrowthFigures, 'grows' | 'size'> & { questions: number };

async function ofSize(world: World, server: TeamServer, team: Team, { grows, size, questions }: Size) {
  const idOf = (at: number) => `growth-${grows}-${size}-${at}`;
  const change = (input: QuestionInput) => ({
    ...input,
    question: `${input.question} (${grows}: ${size})`,
    pipeline: roomy(input.pipeline),
  });
  const pids = team.workers.map(({ pid }) => pid);
  const { cpuMs: used, times } = await measured(world, server, pids, async (times) => {
    await inLanes(1, questions, async (at) => void times.push(await team.ask(idOf(at), change)));
  });
  const { events, bytes } = await team.historyOf(idOf(questions));
  return { grows, size, p50Ms: round(median(times), 0), events, historyKb: round(bytes / 1000, 1), cpuMs: used };
}

/** With limits that no size here meets. */
function roomy(pipeline: QuestionInput['pipeline']): QuestionInput['pipeline'] {
  return {
    ...pipeline,
    specialists: pipeline.specialists.map((each) => ({ ...each, turnLimit: 50 })),
    router: pipeline.router === null ? null : { ...pipeline.router, fanOut: 4 },
    budget: { ...pipeline.budget, modelCalls: 600, tokens: 50_000_000 },
  };
}

async function measured(
  world: World,
  server: TeamServer,
  workers: readonly number[],
  act: (times: number[]) => Promise<void>,
): Promise<{ cpuMs: CpuFigures; times: number[]; seconds: number }> {
  const pids = { workers, ...server.pids(), model: [world.model.pid], client: [process.pid] };
  const cpu = () => Object.values(pids).map((each) => each.reduce((sum, pid) => sum + cpuMs(pid), 0));
  const [before, began, times]: [number[], number, number[]] = [cpu(), performance.now(), []];
  await act(times);
  const seconds = (performance.now() - began) / 1000;
  const used = cpu().map((ms, at) => round((ms - (before[at] ?? 0)) / times.length, 1));
  const [ofWorkers = 0, ofServer = 0, ofPostgres = 0, model = 0, client = 0] = used;
  return { cpuMs: { workers: ofWorkers, server: ofServer, postgres: ofPostgres, model, client }, times, seconds };
}
