/** Questions that a person decides about on their way: paused, asked what is meant, granted more, sent back. */
import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { Decision, DecisionRequest } from '../../contracts/decision.ts';
import type { RunProgress } from '../../contracts/run.ts';
import { pipeline, quickLimits } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, inventedDraft, says, type Team } from '../support/team.ts';
import { until } from '../support/until.ts';
import { first, isOf, named, two, undecided, untilWaiting, type Way } from './ways.ts';

const ask = { policy: 'ask' };
const model = 'gpt-4o-mini';
const good: Partial<Team> = { specialist: () => says(goodDraft) };
const unsure = { ...goodDraft, answer: 'Perhaps KETTLE_EMPTY.', confidence: 0.4 };

type Said = Omit<Decision, 'by'>;

/** Answers one request after the other, each once it is open. */
const decides =
  (...decisions: readonly Said[]) =>
  async (handle: WorkflowHandle): Promise<void> => {
    for (const decision of decisions) {
      await until(async () => {
        const pending = await handle.query<DecisionRequest[]>('pending');
        return pending.some(({ requestId }) => requestId === decision.requestId) ? true : null;
      }, 60);
      await handle.executeUpdate('decide', { args: [{ by: 'ann', ...decision }] });
    }
  };

/** Pauses the run while its specialist is at work. */
async function pause(handle: WorkflowHandle): Promise<void> {
  await until(async () => ((await handle.query<RunProgress>('state')).stage === 'delegating' ? true : null), 60);
  await handle.signal('pause');
  await untilWaiting(handle);
}

const slowly: Partial<Team> = {
  specialist: ({ turn }) =>
    turn === 0 ? { ...calls(['search_code', { query: 'boil' }]), delayMs: 1_500 } : says(goodDraft),
};

/** Two packages that hold a function of the same name. */
const twoPackages = {
  'package.json': '{"workspaces": ["packages/*"]}\n',
  ...Object.fromEntries(
    ['gas', 'electric'].flatMap((name) => [
      [`packages/${name}/package.json`, `{"name": "${name}"}\n`],
      [`packages/${name}/lib/kettle.js`, `export function boil(water) {\n  return water * ${name.length};\n}\n`],
    ]),
  ),
};

const wrong = { path: 'lib/kettle.js', firstLine: 1, lastLine: 1, quote: 'whistle(loudly)' };
const right = { path: 'lib/kettle.js', firstLine: 2, lastLine: 2, quote: 'throw new Error("KETTLE_EMPTY")' };

const asksBudget = (budget: Record<string, number>, more: Record<string, unknown> = {}) =>
  pipeline({ budget, decisions: { budget: ask }, ...more });

export const people: Record<string, Way> = {
  'paused-and-resumed': {
    team: slowly,
    meanwhile: async (handle) => {
      await pause(handle);
      await handle.signal('pause');
      await setTimeout(2_500); // its call ends, and the next one may not begin
      await handle.signal('retry');
    },
  },
  'paused-until-nobody-came': {
    team: slowly,
    ask: { limits: { ...quickLimits, personWaitSeconds: 4 } },
    meanwhile: pause,
  },
  'calls-granted-to-two': {
    team: { router: undecided, ...good },
    ask: { pipeline: two({ budget: { modelCalls: 1 }, synthesis: { calls: 'always' }, decisions: { budget: ask } }) },
    meanwhile: decides({ requestId: 'budget-modelCalls-1', decision: 'grant', amount: 9 }),
  },
  'calls-granted-then-refused': {
    team: good,
    ask: { pipeline: asksBudget({ modelCalls: 1 }, { gate: { retryLimit: 1, judge: {} } }) },
    meanwhile: decides(
      { requestId: 'budget-modelCalls-1', decision: 'grant', amount: 1 },
      { requestId: 'budget-modelCalls-2', decision: 'give-up' },
    ),
  },
  'tokens-granted': {
    team: good,
    ask: { pipeline: asksBudget({ tokens: 16 }) },
    meanwhile: decides({ requestId: 'budget-tokens-1', decision: 'grant', amount: 100_000 }),
  },
  'money-granted': {
    team: good,
    ask: {
      pipeline: asksBudget(
        { costUsd: 0.000_01 },
        { router: { fallback: 'docs', model }, specialists: named.map((each) => ({ ...each, model })) },
      ),
      limits: { ...quickLimits, prices: { [model]: { input: 0.15, cachedInput: 0.075, output: 0.6 } } },
    },
    meanwhile: decides({ requestId: 'budget-costUsd-1', decision: 'grant', amount: 0.5 }),
  },
  'time-granted': {
    team: { specialist: () => ({ ...says(goodDraft), delayMs: 1_500 }) },
    ask: { pipeline: asksBudget({ wallClockSeconds: 1 }, { gate: { retryLimit: 1, judge: {} } }) },
    meanwhile: async (handle) => {
      await setTimeout(3_000); // its call ends while a person is asked, and the next one may not begin
      await decides({ requestId: 'budget-wallClockSeconds-1', decision: 'grant', amount: 60 })(handle);
    },
  },
  'time-refused': {
    team: { specialist: () => ({ fault: 'hang' }) },
    ask: { pipeline: asksBudget({ wallClockSeconds: 1 }) },
    meanwhile: decides({ requestId: 'budget-wallClockSeconds-1', decision: 'give-up' }),
  },
  'person-says-what-is-meant': {
    files: twoPackages,
    question: 'How does boil treat its water?',
    team: { router: undecided, specialist: () => says({ ...goodDraft, citations: [] }) },
    ask: { pipeline: two({ gate: null, decisions: { clarify: ask } }) },
    meanwhile: decides(
      { requestId: 'clarify-package-1', decision: 'packages/gas', note: ' the older one ' },
      { requestId: 'clarify-route-1', decision: 'docs', note: 'the guide' },
    ),
  },
  'person-lets-the-router-decide': {
    files: twoPackages,
    question: 'How does boil treat its water?',
    team: { router: undecided, specialist: () => says({ ...goodDraft, citations: [] }) },
    ask: { pipeline: two({ gate: null, decisions: { clarify: ask } }) },
    meanwhile: decides(
      { requestId: 'clarify-package-1', decision: 'proceed', note: 'all of them' },
      { requestId: 'clarify-route-1', decision: 'proceed' },
    ),
  },
  'nobody-says-what-is-meant': {
    team: { router: () => says('Let me think about it.'), ...good },
    ask: { pipeline: pipeline({ specialists: named, decisions: { clarify: { ...ask, waitSeconds: 1 } } }) },
  },
  'person-ends-the-run': {
    team: { router: undecided, ...good },
    ask: { pipeline: two({ decisions: { clarify: ask } }) },
    meanwhile: decides({ requestId: 'clarify-route-1', decision: 'give-up' }),
  },
  'answer-sent-back-edited-rejected': {
    team: { router: undecided, specialist: ({ system }) => says(isOf('code', system) ? unsure : goodDraft) },
    ask: { pipeline: two({ decisions: { draft: ask } }) },
    meanwhile: decides(
      { requestId: 'draft-1', decision: 'send-back', note: ' say it in one word ' },
      { requestId: 'draft-2', decision: 'edit', draft: { answer: 'Empty.', citations: [wrong, right] } },
      { requestId: 'draft-3', decision: 'reject' },
    ),
  },
  'answer-approved': {
    team: good,
    ask: { pipeline: pipeline({ decisions: { draft: ask } }) },
    meanwhile: decides({ requestId: 'draft-1', decision: 'approve' }),
  },
  'answer-withheld-by-a-timer': {
    team: good,
    ask: { pipeline: pipeline({ decisions: { draft: { ...ask, waitSeconds: 1, onTimeout: 'give-up' } } }) },
  },
  'one-more-try': {
    team: { specialist: ({ user }) => says(user.includes('lib/kettle.js has it') ? goodDraft : inventedDraft) },
    ask: { pipeline: pipeline({ gate: { retryLimit: 0 }, decisions: { try: ask } }) },
    meanwhile: decides({ requestId: 'try-1', decision: 'try', note: 'lib/kettle.js has it' }),
  },
  'one-more-try-by-a-timer': {
    team: { specialist: () => says(inventedDraft) },
    ask: {
      pipeline: pipeline({
        gate: { retryLimit: 0 },
        decisions: { try: { ...ask, waitSeconds: 1, onTimeout: 'proceed' } },
      }),
    },
  },
  'provider-given-up': {
    team: { router: first(1, openAiError(503, 'down for maintenance'), says('code')), ...good },
    ask: { limits: { ...quickLimits, modelCallAttempts: 1 } },
    meanwhile: decides({ requestId: 'provider-call-1-1', decision: 'give-up' }),
  },
};
