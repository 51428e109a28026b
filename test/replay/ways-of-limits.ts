/** Questions that wait, are cancelled, or reach a limit. */
import type { WorkflowHandle } from '@temporalio/client';
import type { RunProgress } from '../../contracts/run.ts';
import { pipeline, quickLimits } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, says } from '../support/team.ts';
import { until } from '../support/until.ts';
import { first, isOf, named, two, undecided, untilWaiting, type Way } from './ways.ts';

const down = openAiError(503, 'down for maintenance');
const once = { ...quickLimits, modelCallAttempts: 1 };
const model = 'gpt-4o-mini';

/** Takes the run up again once it waits for a person. */
async function resume(handle: WorkflowHandle): Promise<void> {
  await untilWaiting(handle);
  await handle.signal('retry');
}

async function cancel(handle: WorkflowHandle): Promise<void> {
  await until(async () => ((await handle.query<RunProgress>('state')).stage === 'delegating' ? true : null), 60);
  await handle.cancel();
}

export const limits: Record<string, Way> = {
  'provider-away-until-resumed': {
    team: { router: first(2, down, says('code')), specialist: () => says(goodDraft) },
    ask: { limits: { ...quickLimits, modelCallAttempts: 2 } },
    meanwhile: resume,
  },
  'two-wait-for-a-person': {
    team: { router: undecided, specialist: first(2, down, says(goodDraft)) },
    ask: { pipeline: two(), limits: once },
    meanwhile: resume,
  },
  'one-waits-one-works': {
    team: {
      router: undecided,
      specialist: (() => {
        const code = first(1, down, says(goodDraft));
        return ({ system }) => (isOf('code', system) ? code() : { ...says(goodDraft), delayMs: 500 });
      })(),
    },
    ask: { pipeline: two(), limits: once },
    meanwhile: resume,
  },
  'provider-asks-to-wait': {
    script: [{ ...openAiError(429, 'come back later'), headers: { 'retry-after': '3' } }],
    ask: { limits: { ...once, modelCallTotalSeconds: 2 } },
  },
  'nobody-came': { team: { router: () => down }, ask: { limits: { ...once, personWaitSeconds: 2 } } },
  'nobody-came-for-the-second': {
    team: { router: first(1, down, says('code')), specialist: () => down },
    ask: { limits: { ...once, personWaitSeconds: 4 } },
    meanwhile: resume,
  },
  'key-rejected': { team: { router: () => openAiError(401, 'Incorrect API key provided') } },
  cancelled: {
    team: { specialist: ({ turn }) => (turn === 0 ? calls(['search_code', { query: 'boil' }]) : { fault: 'hang' }) },
    meanwhile: cancel,
  },
  'cancelled-while-waiting': {
    team: { router: () => down },
    ask: { limits: once },
    meanwhile: async (handle) => {
      await untilWaiting(handle);
      await handle.cancel();
    },
  },
  'out-of-time': {
    team: { specialist: () => ({ fault: 'hang' }) },
    ask: { pipeline: pipeline({ budget: { wallClockSeconds: 3 } }) },
  },
  'out-of-time-after-a-wait': {
    team: { router: first(1, down, says('code')), specialist: () => ({ fault: 'hang' }) },
    ask: { pipeline: pipeline({ budget: { wallClockSeconds: 3 } }), limits: once },
    meanwhile: async (handle) => {
      await untilWaiting(handle);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      await handle.signal('retry');
    },
  },
  'model-calls-spent': {
    team: { specialist: () => says({ ...goodDraft, citations: [] }) },
    ask: { pipeline: pipeline({ budget: { modelCalls: 3 }, gate: { retryLimit: 9 } }) },
  },
  'no-room-for-a-call': { ask: { pipeline: pipeline({ budget: { tokens: 16 } }) } },
  'no-money-for-a-call': {
    ask: {
      pipeline: pipeline({
        router: { fallback: 'docs', model },
        specialists: named.map((each) => ({ ...each, model })),
        budget: { costUsd: 0.000_01 },
      }),
    },
  },
  'money-is-counted': {
    team: {
      router: undecided,
      specialist: ({ turn }) =>
        turn === 0 ? calls(['read_lines', { path: 'lib/kettle.js', first_line: 1, last_line: 3 }]) : says(goodDraft),
    },
    ask: {
      pipeline: two({
        router: { fallback: 'docs', model },
        specialists: named.slice(0, 2).map((each) => ({ ...each, model })),
        gate: { retryLimit: 1, judge: { model } },
        synthesis: { model },
        budget: { costUsd: 0.05, tokens: 60_000 },
      }),
    },
  },
  'model-without-price': { ask: { pipeline: pipeline({ budget: { costUsd: 1 } }) } },
  'input-does-not-fit': { ask: { forcedRoute: 'nobody' } },
  'two-share-what-is-left': {
    metered: true,
    team: {
      router: undecided,
      specialist: ({ turn, request }) =>
        turn < 6 && request.body.tool_choice !== 'none'
          ? calls(['read_lines', { path: 'lib/kettle.js', first_line: 1, last_line: 4 }])
          : says(goodDraft),
    },
    ask: { pipeline: two({ budget: { tokens: 14_000 } }) },
  },
  'calls-wait-for-their-turn': {
    requestsPerMinute: 6000,
    team: { specialist: ({ turn }) => (turn === 0 ? calls(['search_code', { query: 'boil' }]) : says(goodDraft)) },
    ask: {
      pipeline: pipeline({ rerank: { maxOutputTokens: 400 } }),
      limits: { ...quickLimits, queues: { model: 'model', fallback: null } },
    },
    // Anybody may send a signal.
    meanwhile: async (handle) => {
      for (const nonsense of [null, 7, {}, { key: 1, underWay: true }, { key: 'call-1', underWay: 'yes' }])
        await handle.signal('call', nonsense);
    },
  },
  'turn-does-not-fit': {
    metered: true,
    files: {
      'lib/kettle.js': 'export function boil(water) {\n  if (water < 1) throw new Error("KETTLE_EMPTY");\n}\n',
      'lib/long.js': 'export const cup = (water) => boil(water) * 2;\n'.repeat(300),
    },
    team: {
      specialist: ({ turn }) =>
        turn === 0 ? calls(['read_lines', { path: 'lib/long.js', first_line: 1, last_line: 300 }]) : says(goodDraft),
    },
    ask: { pipeline: pipeline({ budget: { tokens: 5000 } }) },
  },
};
