/** Questions whose histories are stored beside those of the shipped pipelines: each goes another way through the workflow. */
import { pipeline } from '../support/scene.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, inventedDraft, says } from '../support/team.ts';
import { first, isOf, named, two, undecided, untilAsked, type Way } from './ways.ts';
import { foreign } from './ways-of-foreign.ts';
import { limits } from './ways-of-limits.ts';
import { people } from './ways-of-people.ts';
import { replies } from './ways-of-replies.ts';
import { threads } from './ways-of-threads.ts';

const prose = says('As a language model');
const nothingFound = { ...goodDraft, answer: 'Nothing.', citations: [], insufficient: true, gaps: ['whistles'] };
const unsure = { ...goodDraft, answer: 'Perhaps KETTLE_EMPTY.', confidence: 0.4, gaps: ['not sure'] };
const halfRight = { ...goodDraft, citations: [...goodDraft.citations, ...inventedDraft.citations] };

/** A router that says how likely each route is. */
function likely(probabilities: Record<string, number>): ScriptedReply {
  const top = Object.entries(probabilities).map(([token, each]) => ({ token, logprob: Math.log(each) }));
  const reply = says(top[0]?.token ?? '');
  const body = reply.body as { choices: object[] };
  const logprobs = { content: [{ ...top[0], top_logprobs: top }] };
  return { ...reply, body: { ...body, choices: body.choices.map((each) => ({ ...each, logprobs })) } };
}

export const questions: Record<string, Way> = {
  ...limits,
  ...foreign,
  ...people,
  ...replies,
  ...threads,
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
  'judge-rejected': {
    team: { judge: () => openAiError(401, 'Incorrect API key provided'), specialist: () => says(goodDraft) },
    ask: { pipeline: pipeline({ gate: { retryLimit: 2, judge: {} } }) },
  },
  'synthesizer-rejected': {
    team: {
      router: undecided,
      specialist: () => says(goodDraft),
      synthesizer: () => openAiError(401, 'Incorrect API key provided'),
    },
    ask: { pipeline: two() },
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
  // As a turn of a thread: rewritten, with what was cited before looked at again.
  'follow-up': {
    question: 'And when does it throw?',
    team: { specialist: () => says(goodDraft) },
    ask: {
      pipeline: pipeline(),
      thread: {
        ...{ id: 'kettles', parent: 'thread.kettles.1', turn: 2, questions: ['What does boil return?'] },
        places: [
          { path: 'lib/kettle.js', firstLine: 7, lastLine: 7, quote: 'return water * 100', snapshot: '0'.repeat(40) },
        ],
      },
    },
  },
  'person-edits-the-answer': {
    team: { specialist: () => says(goodDraft) },
    ask: { pipeline: pipeline({ decisions: { draft: { policy: 'ask' } } }) },
    meanwhile: async (handle) => {
      const requestId = await untilAsked(handle);
      const draft = { answer: 'It throws KETTLE_EMPTY.' };
      await handle.signal('decide', { requestId, decision: 'edit', by: 'ann', draft });
    },
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
};
