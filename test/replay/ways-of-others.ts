/** Routings and benchmarks whose histories are stored: each goes another way through its workflow. */
import type { RouteInput } from '../../contracts/run.ts';
import type { Benchmark, startBenchmark } from '../support/benchmark.ts';
import { pipeline, quickLimits } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server-reply.ts';
import { goodDraft, says, type Team } from '../support/team.ts';
import { until } from '../support/until.ts';

export type Routing = { team?: Partial<Team>; input?: Partial<RouteInput> };
export type BenchmarkWay = {
  team?: Partial<Team>;
  options: Omit<Parameters<typeof startBenchmark>[1], 'id'>;
  /** What happens to the benchmark meanwhile. */
  meanwhile?: (benchmark: Benchmark) => Promise<void>;
};

export const routings: Record<string, Routing> = {
  'route-only': {},
  'ways/route-only-one-specialist': { input: { pipeline: pipeline({ specialists: pipeline().specialists.slice(1) }) } },
  'ways/route-only-without-budget': { input: { pipeline: pipeline({ budget: { tokens: 16 } }) } },
  'ways/route-only-unavailable': { team: { router: () => openAiError(400, 'bad request') } },
  'ways/route-only-outage': {
    team: { router: () => openAiError(503, 'down for maintenance') },
    input: { limits: { ...quickLimits, modelCallAttempts: 1 } },
  },
};

const split = pipeline({ name: 'split' });
const alone = pipeline({ name: 'alone', router: null, specialists: [pipeline().specialists[0]] });
/** The second question cannot be answered. */
const oneFails: Partial<Team> = {
  specialist: ({ user }) => (user.includes('case 2') ? { status: 401, body: {} } : says(goodDraft)),
};
const slowly: Partial<Team> = { specialist: () => ({ ...says(goodDraft), delayMs: 300 }) };

async function pause(benchmark: Benchmark): Promise<void> {
  await benchmark.untilRecorded(1);
  await benchmark.handle.signal('pause');
  await until(async () => {
    const { state, running } = await benchmark.progress();
    return state === 'paused' && running === 0 ? true : null;
  }, 60);
}

export const benchmarks: Record<string, BenchmarkWay> = {
  // Two runs of the workflow: the first ends where the second goes on.
  'run-benchmark': { team: oneFails, options: { arms: [alone, split], eventLimit: 100 } },
  'ways/benchmark-paused-and-resumed': {
    team: slowly,
    options: { arms: [alone], concurrency: 2, searchAttributes: ['SwitchyardBenchmark'] },
    meanwhile: async (benchmark) => {
      await pause(benchmark);
      await benchmark.handle.signal('resume');
    },
  },
  'ways/benchmark-abandoned': {
    team: slowly,
    options: { arms: [alone], concurrency: 2, limits: { ...quickLimits, personWaitSeconds: 2 } },
    meanwhile: pause,
  },
  'ways/benchmark-cancelled': {
    team: { specialist: ({ user }) => (user.includes('case 3') ? { fault: 'hang' } : says(goodDraft)) },
    options: { arms: [alone], concurrency: 2 },
    meanwhile: async (benchmark) => {
      await benchmark.untilRecorded(2);
      await benchmark.handle.cancel();
    },
  },
  'ways/benchmark-limited-by-tokens': {
    team: { specialist: () => says(goodDraft) },
    options: { arms: [alone], limit: { kind: 'tokens', most: 50 } },
  },
  'ways/benchmark-limited-by-money': {
    team: { specialist: () => says(goodDraft) },
    options: { arms: [alone], limit: { kind: 'usd', most: 1 }, trials: 2 },
  },
};
