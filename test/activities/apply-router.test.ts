/** A fitted router as an activity: what it is given of a question, and that it does without what it cannot have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { applyRouter } from '../../activities/agents/apply-router.ts';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import type { FittedCall } from '../../contracts/agent-calls.ts';
import type { Embed } from '../../contracts/embeddings.ts';
import { fitRouter, prepareQuestions } from '../../router-fit/fit-router.ts';

const subjects = ['kettle', 'lid', 'spout', 'handle', 'element', 'switch', 'cable', 'filter'];
const vectorOf = (question: string) => (question.startsWith('When') ? [1, 0] : [0, 1]);
const questions = subjects.flatMap((subject) =>
  [`When does the ${subject} throw?`, `Which guide cleans a ${subject}?`].map((question, at) => ({
    ...{ id: question, question, route: at === 0 ? 'code' : 'docs', repository: null },
    embedding: vectorOf(question),
  })),
);
const weights = fitRouter(prepareQuestions(questions));

const call = (more: Partial<FittedCall> = {}): FittedCall => ({
  question: 'When does the pot throw?',
  router: {
    ...{ format: 'switchyard-router-1', ...weights, embeddingModel: 'e5' },
    fittedOn: { questions: 16, byRoute: { code: 8, docs: 8 }, hashes: [] },
    riskCoverage: [],
    outOfFold: { agreement: 1, low: 0.8, high: 1, brier: 0.1, repetitions: 1, folds: 8 },
  },
  routes: ['general', 'docs', 'code'],
  risk: null,
  scope: { stage: 'routing' },
  ...more,
});

async function applied(questionEmbedder: ActivityDependencies['questionEmbedder'], given = call()) {
  const retrieval = {
    ensure: () => assert.fail('no snapshot was given'),
  } as unknown as ActivityDependencies['retrieval'];
  const deps = { retrieval, questionEmbedder };
  const run = () => applyRouter(deps)(given);
  const { result, spans } = (await new MockActivityEnvironment().run(run)) as Awaited<ReturnType<typeof run>>;
  return { ...result, warning: spans.at(-1)?.level === 'WARNING' ? spans.at(-1)?.message : null };
}

const embed: Embed = async (texts) => texts.map((text) => Float32Array.from(vectorOf(text)));

test('a decision has every route, those that the router does not know without probability', async () => {
  const asked: unknown[] = [];
  const told: Embed = (texts, kind, signal) => {
    asked.push([texts, kind]);
    return embed(texts, kind, signal);
  };
  const { decision, sure, warning } = await applied({ model: 'e5', embed: told });
  assert.deepEqual(asked, [[['When does the pot throw?'], 'query']]);
  assert.deepEqual(
    [decision.route, decision.source, decision.fallback, sure, warning],
    ['code', 'fitted', false, true, null],
  );
  assert.deepEqual(decision.probabilities.at(-1), { route: 'general', probability: 0 });
});

test('without its embedding a router decides by the rest, and the trace says why', async () => {
  const failing: Embed = async () => {
    throw new Error('connection refused');
  };
  const refusing: Embed = async (texts) => texts.map(() => null);
  const cases = [
    [undefined, /was fitted with e5, and none is configured/],
    [{ model: 'other', embed }, /was fitted with e5, not other/],
    [{ model: 'e5', embed: failing }, /routed without an embedding: connection refused/],
    [{ model: 'e5', embed: refusing }, /e5 refused the question/],
  ] as const;
  for (const [embedder, expected] of cases) {
    const { decision, warning } = await applied(embedder);
    assert.equal(decision.route, 'code');
    assert.match(warning ?? '', expected);
  }
});

test('a cascade whose curve has no part at the stated risk is never sure', async () => {
  const { decision, sure } = await applied({ model: 'e5', embed }, call({ risk: 0.5 }));
  assert.deepEqual([decision.route, sure], ['code', false]);
});
