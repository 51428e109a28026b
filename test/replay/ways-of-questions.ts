/** Questions whose histories are stored beside those of the shipped pipelines: each goes another way through the workflow. */
import type { WorkflowHandle } from '@temporalio/client';
import type { RunProgress } from '../../contracts/run.ts';
import { type AskOptions, pipeline, quickLimits } from '../support/scene.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server-reply.ts';
import { calls, goodDraft, inventedDraft, says, type Team, unclear } from '../support/team.ts';
import { until } from '../support/until.ts';

export type Way = {
  team?: Partial<Team>;
  /** Replies before those of the team. */
  script?: ScriptedReply[];
  ask?: Partial<AskOptions>;
  /** The provider counts tokens as it is sent them, in place of a few for each call. */
  metered?: true;
  files?: Record<string, string>;
  /** What happens to the run meanwhile. */
  meanwhile?: (handle: WorkflowHandle) => Promise<void>;
};

const down = openAiError(503, 'down for maintenance');
const once = { ...quickLimits, modelCallAttempts: 1 };
const prose = says('As a language model');
const named = ['code', 'docs', 'debug'].map((name) => ({
  name,
  purpose: name,
  prompt: `You are ${name}.`,
  tools: ['search_code', 'read_lines'],
}));
const isOf = (name: string, system: string) => system.includes(`You are ${name}.`);
const nothingFound = { ...goodDraft, answer: 'Nothing.', citations: [], insufficient: true, gaps: ['whistles'] };
const unsure = { ...goodDraft, answer: 'Perhaps KETTLE_EMPTY.', confidence: 0.4, gaps: ['not sure'] };
const halfRight = { ...goodDraft, citations: [...goodDraft.citations, ...inventedDraft.citations] };
const model = 'gpt-4o-mini';
const two = (more: Record<string, unknown> = {}) => pipeline({ specialists: named.slice(0, 2), ...more });
const undecided = () => unclear('code', 'docs');

/** A router that says how likely each route is. */
function likely(probabilities: Record<string, number>): ScriptedReply {
  const top = Object.entries(probabilities).map(([token, each]) => ({ token, logprob: Math.log(each) }));
  const reply = says(top[0]?.token ?? '');
  const body = reply.body as { choices: object[] };
  const logprobs = { content: [{ ...top[0], top_logprobs: top }] };
  return { ...reply, body: { ...body, choices: body.choices.map((each) => ({ ...each, logprobs })) } };
}

/** A part of the play that does one thing the first times, and another from then on. */
function first(times: number, before: ScriptedReply, then: ScriptedReply): () => ScriptedReply {
  let left = times;
  return () => {
    left -= 1;
    return left >= 0 ? before : then;
  };
}

/** Takes the run up again once it waits for a person. */
async function resume(handle: WorkflowHandle): Promise<void> {
  await untilWaiting(handle);
  await handle.signal('retry');
}

const untilWaiting = (handle: WorkflowHandle) =>
  until(async () => ((await handle.query<RunProgress>('state')).waitingFor === null ? null : true), 60);

async function cancel(handle: WorkflowHandle): Promise<void> {
  await until(async () => ((await handle.query<RunProgress>('state')).stage === 'delegating' ? true : null), 60);
  await handle.cancel();
}

export const questions: Record<string, Way> = {
  'next-route-until-exhausted': {
    team: { router: () => likely({ code: 0.7, docs: 0.2, debug: 0.1 }), specialist: () => says(inventedDraft) },
    ask: {
      pipeline: pipeline({
        specialists: named,
        gate: { retryLimit: 3, onWeak: 'next-route', retryModel: 'better-model' },
      }),
    },
  },
  'same-route-better': {
    team: { specialist: ({ reviewed }) => says(reviewed ? goodDraft : inventedDraft) },
    ask: { pipeline: pipeline({ gate: { retryLimit: 2, retryModel: 'better-model' } }) },
  },
  'half-of-the-citations-hold': {
    team: { specialist: first(1, says({ ...halfRight, confidence: 0.1 }), says(halfRight)) },
    ask: { pipeline: pipeline({ gate: { retryLimit: 2, minResolvedCitations: 0.5, minConfidence: 0.3 } }) },
  },
  'judge-refuses-once': {
    team: {
      judge: first(1, says({ accepted: false, reasons: ['say what boil returns', 'and when'] }), prose),
      specialist: () => says(goodDraft),
    },
    ask: { pipeline: pipeline({ gate: { retryLimit: 2, judge: {} } }) },
  },
  'two-drafts-one-answer': {
    team: {
      router: undecided,
      specialist: ({ system }) => says(isOf('code', system) ? goodDraft : unsure),
      synthesizer: () =>
        says({ ...halfRight, answer: 'One answer.', superseded: [{ specialist: 'docs', reason: 'the same' }] }),
    },
    ask: { pipeline: two() },
  },
  'two-drafts-no-synthesis': {
    team: {
      router: undecided,
      specialist: ({ system }) => says(isOf('code', system) ? unsure : goodDraft),
      synthesizer: () => prose,
    },
    ask: { pipeline: two() },
  },
  'one-of-two-finds-nothing': {
    team: { router: undecided, specialist: ({ system }) => says(isOf('code', system) ? nothingFound : goodDraft) },
    ask: { pipeline: two() },
  },
  'both-find-nothing': {
    team: {
      router: undecided,
      specialist: ({ system }) => says({ ...nothingFound, confidence: isOf('code', system) ? 0.2 : 0.8 }),
    },
    ask: { pipeline: two() },
  },
  'one-of-two-fails': {
    team: {
      router: undecided,
      specialist: ({ system }) => (isOf('code', system) ? openAiError(400, 'bad request') : says(goodDraft)),
    },
    ask: { pipeline: two({ synthesis: { calls: 'always' } }) },
  },
  'both-fail': {
    team: { router: undecided, specialist: () => openAiError(401, 'Incorrect API key provided') },
    ask: { pipeline: two() },
  },
  'three-at-work': {
    team: {
      router: () => likely({ docs: 0.36, code: 0.34, debug: 0.3 }),
      specialist: ({ system, turn }) =>
        turn === 0 && !isOf('debug', system) ? calls(['search_code', { query: 'boil' }]) : says(goodDraft),
    },
    ask: {
      pipeline: pipeline({ specialists: named, router: { fallback: 'docs', fanOut: 3 }, budget: { tokens: 100_000 } }),
    },
  },
  'reply-repaired': {
    team: { specialist: first(2, prose, says(halfRight)) },
    ask: { pipeline: pipeline({ gate: null }) },
  },
  'reply-never-usable': {
    team: { specialist: () => prose },
    ask: { pipeline: pipeline({ gate: { retryLimit: 1 } }) },
  },
  'router-names-no-route': {
    team: { router: () => says('Let me think about it.'), specialist: () => says(goodDraft) },
  },
  'forced-route': { team: { specialist: () => says(goodDraft) }, ask: { forcedRoute: 'docs', session: 'a-session' } },
  'searches-reranked': {
    team: {
      reranker: first(1, says({ order: [2, 1] }), prose),
      specialist: ({ turn }) =>
        turn < 2
          ? calls(
              ['search_code', { query: 'kettle "boil" \\ water' }],
              ['search_docs', { query: 'boil' }],
              ['rm', { path: '/' }],
            )
          : says(goodDraft),
    },
    ask: { pipeline: pipeline({ rerank: { maxOutputTokens: 400 } }) },
  },
  'reranker-rejected': {
    team: {
      reranker: () => openAiError(401, 'Incorrect API key provided'),
      specialist: ({ turn }) => (turn === 0 ? calls(['search_code', { query: 'boil' }]) : says(goodDraft)),
    },
    ask: { pipeline: pipeline({ rerank: { maxOutputTokens: 400 } }) },
  },
  'reranker-without-budget': {
    team: {
      specialist: ({ request }) =>
        request.body.tool_choice === 'none' ? says(goodDraft) : calls(['search_code', { query: 'boil' }]),
    },
    ask: { pipeline: pipeline({ rerank: { maxOutputTokens: 400 }, budget: { modelCalls: 5 } }) },
  },
  'last-turn': {
    team: {
      specialist: ({ request }) =>
        request.body.tool_choice === 'none' ? says(goodDraft) : calls(['search_code', { query: 'boil' }]),
    },
    ask: {
      pipeline: pipeline({
        specialists: named.map((each) => ({ ...each, turnLimit: 3 })),
        router: { fallback: 'docs' },
      }),
    },
  },
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
