/** Routings and benchmarks whose histories are stored: each goes another way through its workflow. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteInput } from '../../contracts/run.ts';
import type { Benchmark, startBenchmark } from '../support/benchmark.ts';
import { fittedRouter, questionAboutCode } from '../support/fitted-router.ts';
import { pipeline, quickLimits } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { goodDraft, says, type Team } from '../support/team.ts';
import { until } from '../support/until.ts';
import { first, untilWaiting } from './ways.ts';

export type Routing = {
  team?: Partial<Team>;
  input?: Partial<RouteInput>;
  /** With the repository of the recording. */
  reads?: true;
};
export type BenchmarkWay = {
  team?: Partial<Team>;
  options: Omit<Parameters<typeof startBenchmark>[1], 'id'>;
  /** Its traces go to a Langfuse, where it is an experiment. */
  langfuse?: true;
  /** What happens to the benchmark meanwhile. */
  meanwhile?: (benchmark: Benchmark) => Promise<void>;
};

const routedBy = (router: object): Partial<RouteInput> => ({
  question: questionAboutCode,
  pipeline: pipeline({ router: { fallback: 'docs', ...router } }),
});

export const routings: Record<string, Routing> = {
  'route-only': {},
  'ways/route-only-one-specialist': { input: { pipeline: pipeline({ specialists: pipeline().specialists.slice(1) }) } },
  'ways/route-only-without-budget': { input: { pipeline: pipeline({ budget: { tokens: 16 } }) } },
  'ways/route-only-unavailable': { team: { router: () => openAiError(400, 'bad request') } },
  'ways/route-only-outage': {
    team: { router: () => openAiError(503, 'down for maintenance') },
    input: { limits: { ...quickLimits, modelCallAttempts: 1 } },
  },
  'ways/route-only-fitted': {
    reads: true,
    input: routedBy({ kind: 'fitted', fitted: fittedRouter({ repository: true }) }),
  },
  'ways/route-only-cascade': {
    reads: true,
    input: routedBy({ kind: 'cascade', fitted: fittedRouter({ repository: false }), risk: 0.01 }),
  },
  'ways/route-only-reads-the-repository': { reads: true, input: routedBy({ repositoryFeatures: true }) },
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

/** Until so many of its runs have begun: the server knows the first of them a moment later. */
const untilRunning = (benchmark: Benchmark, count: number) =>
  until(async () => {
    const { running } = await benchmark.progress();
    const { status } = await benchmark
      .run('alone/q1/1')
      .describe()
      .catch(() => ({ status: null }));
    return running === count && status !== null ? true : null;
  }, 60);

export const benchmarks: Record<string, BenchmarkWay> = {
  // Two runs of the workflow: the first ends where the second goes on.
  'run-benchmark': { team: oneFails, options: { variants: [alone, split], eventLimit: 100 } },
  'ways/benchmark-paused-and-resumed': {
    team: slowly,
    options: { variants: [alone], concurrency: 2, searchAttributes: ['SwitchyardBenchmark'] },
    meanwhile: async (benchmark) => {
      await pause(benchmark);
      await benchmark.handle.signal('resume');
    },
  },
  'ways/benchmark-abandoned': {
    team: slowly,
    options: { variants: [alone], concurrency: 2, limits: { ...quickLimits, personWaitSeconds: 2 } },
    meanwhile: pause,
  },
  'ways/benchmark-cancelled': {
    team: { specialist: ({ user }) => (user.includes('case 3') ? { fault: 'hang' } : says(goodDraft)) },
    options: { variants: [alone], concurrency: 2 },
    meanwhile: async (benchmark) => {
      await benchmark.untilRecorded(2);
      await benchmark.handle.cancel();
    },
  },
  // Its runs go on without it, and are recorded by the next try.
  'ways/benchmark-terminated': {
    team: { specialist: () => ({ ...says(goodDraft), delayMs: 1500 }) },
    options: { variants: [alone], concurrency: 3 },
    meanwhile: async (benchmark) => {
      await untilRunning(benchmark, 3);
      await benchmark.handle.terminate('killed');
      await benchmark.start();
    },
  },
  // What was cancelled is asked again by the next try.
  'ways/benchmark-started-again': {
    team: slowly,
    options: { variants: [alone], concurrency: 2 },
    meanwhile: async (benchmark) => {
      await benchmark.untilRecorded(1);
      await benchmark.handle.cancel();
      await benchmark.ending();
      await benchmark.start();
    },
  },
  // Whoever resumes it resumes its runs, too.
  'ways/benchmark-resumes-its-runs': {
    team: { specialist: first(2, openAiError(503, 'down for maintenance'), says(goodDraft)) },
    options: {
      variants: [alone],
      concurrency: 2,
      searchAttributes: ['SwitchyardBenchmark', 'SwitchyardPipeline'],
      limits: { ...quickLimits, modelCallAttempts: 1 },
    },
    meanwhile: async (benchmark) => {
      await untilRunning(benchmark, 2);
      await untilWaiting(benchmark.run('alone/q1/1'));
      await untilWaiting(benchmark.run('alone/q2/1'));
      await benchmark.handle.signal('resume');
    },
  },
  'ways/benchmark-run-terminated': {
    team: { specialist: ({ user }) => (user.includes('case 2') ? { fault: 'hang' } : says(goodDraft)) },
    options: { variants: [alone], concurrency: 2 },
    meanwhile: async (benchmark) => {
      await benchmark.untilRecorded(5);
      await benchmark.run('alone/q2/1').terminate('by hand');
    },
  },
  'ways/benchmark-as-experiment': {
    langfuse: true,
    team: { specialist: () => says(goodDraft) },
    options: { variants: [alone], questions: 2 },
  },
  'ways/benchmark-shares-replies': {
    team: { specialist: () => says(goodDraft) },
    options: { variants: [alone], questions: 2, replies: 'shared' },
  },
  // A file lies where its histories would be written, until somebody has removed it.
  'ways/benchmark-held-up': {
    team: slowly,
    options: { variants: [alone], questions: 2, concurrency: 1 },
    meanwhile: async (benchmark) => {
      const inTheWay = join(benchmark.folder, 'histories');
      writeFileSync(inTheWay, '');
      await until(async () => ((await benchmark.progress()).state === 'paused' ? true : null), 60);
      rmSync(inTheWay);
      await benchmark.handle.signal('resume');
    },
  },
  'ways/benchmark-held-up-for-long': {
    team: slowly,
    options: { variants: [alone], questions: 2, concurrency: 1, limits: { ...quickLimits, personWaitSeconds: 1 } },
    meanwhile: async (benchmark) => writeFileSync(join(benchmark.folder, 'histories'), ''),
  },
  'ways/benchmark-last-answer-held-up': {
    team: slowly,
    options: { variants: [alone], questions: 1, limits: { ...quickLimits, personWaitSeconds: 1 } },
    meanwhile: async (benchmark) => writeFileSync(join(benchmark.folder, 'histories'), ''),
  },
  'ways/benchmark-limited-by-tokens': {
    team: { specialist: () => says(goodDraft) },
    options: { variants: [alone], limit: { kind: 'tokens', most: 50 } },
  },
  'ways/benchmark-limited-by-money': {
    team: { specialist: () => says(goodDraft) },
    options: { variants: [alone], limit: { kind: 'usd', most: 1 }, trials: 2 },
  },
};
