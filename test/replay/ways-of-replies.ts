/** Questions whose models fall short: one that is out has a fallback, a judge gives no verdict, a call is written wrongly. */
import { pipeline, quickLimits } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, says } from '../support/team.ts';
import { named, type Way } from './ways.ts';

const down = openAiError(503, 'down for maintenance');
const prose = says('As a language model');
const once = { ...quickLimits, modelCallAttempts: 1 };
const nothingFound = { ...goodDraft, answer: 'Nothing.', citations: [], insufficient: true, gaps: ['whistles'] };

export const replies: Record<string, Way> = {
  'fallback-model': {
    team: {
      specialist: ({ turn, request }) => {
        if (request.body.model === 'big') return down;
        return turn === 0 ? calls(['search_code', { query: 'boil' }]) : says(goodDraft);
      },
    },
    ask: {
      pipeline: pipeline({ specialists: named.map((each) => ({ ...each, model: 'big', fallbackModel: 'small' })) }),
      limits: once,
    },
  },
  'fallback-model-out-too': {
    team: { specialist: () => down },
    ask: {
      pipeline: pipeline({ specialists: named.map((each) => ({ ...each, model: 'big', fallbackModel: 'small' })) }),
      limits: { ...once, personWaitSeconds: 2 },
    },
  },
  'judge-out': {
    team: { judge: () => down, specialist: () => says(goodDraft) },
    ask: { pipeline: pipeline({ gate: { retryLimit: 1, judge: {} } }), limits: once },
  },
  'judge-required': {
    team: { judge: () => prose, specialist: () => says(goodDraft) },
    ask: { pipeline: pipeline({ gate: { retryLimit: 0, judge: {}, judgeRequired: true } }) },
  },
  'no-call-left-for-the-judge': {
    team: { specialist: () => says(goodDraft) },
    ask: { pipeline: pipeline({ gate: { retryLimit: 1, judge: {} }, budget: { modelCalls: 2 } }) },
  },
  'nothing-searched-without-a-gate': {
    team: { specialist: () => says(nothingFound) },
    ask: { pipeline: pipeline({ gate: null }) },
  },
  'no-tool-worked': {
    team: {
      specialist: ({ turn }) =>
        turn < 2
          ? calls(['read_lines', { path: `lib/none-${turn}.js`, first_line: 1, last_line: 2 }])
          : says(nothingFound),
    },
    ask: { pipeline: pipeline({ gate: { retryLimit: 0 } }) },
  },
  'calls-written-wrongly': {
    team: {
      specialist: ({ turn }) =>
        turn < 2
          ? calls(
              ['Search-Code', { query: 'boil' }],
              ['read_lines', { path: 'lib/kettle.js', first_line: '1', last_line: '3' }],
            )
          : says(goodDraft),
    },
  },
};
