/** The rewriting of a follow-up as an activity: when a model is asked, and what is kept of a reply that cannot be used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { rewriteQuestion } from '../../activities/agents/rewrite-question.ts';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { chatReply } from '../support/replies.ts';

/** What becomes of a follow-up where a model gives this reply; without one no model may be asked. */
async function rewritten(question: string, reply?: string) {
  const deps = {
    model: { chat: async () => chatReply(reply ?? assert.fail('a model was asked')) },
    modelByRole: { router: 'm', specialist: 'm', judge: 'm', synthesizer: 'm' },
    endpoint: 'http://127.0.0.1',
    prices: { of: () => ({ price: null, contextWindow: null }) },
    journal: { read: async () => null, write: async () => {} },
  } as unknown as ActivityDependencies;
  const call = {
    question,
    earlier: ['What is the default body limit?'],
    paths: [],
    rewrite: { maxOutputTokens: 300 },
    refused: [],
  };
  const payment = { key: 'call-1', requirePrice: false, scope: { stage: 'follow-up' as const } };
  const run = () => rewriteQuestion(deps)(call, payment);
  const { result } = (await new MockActivityEnvironment().run(run)) as Awaited<ReturnType<typeof run>>;
  return result;
}

test('no model is asked about a question that stands by itself', async () => {
  assert.deepEqual(await rewritten('What is `bodyLimit`?'), { kind: 'not-needed', asked: false });
});

test('a follow-up is rewritten, and it is said why', async () => {
  const standalone = 'How is the default body limit changed?';
  assert.deepEqual(await rewritten('And how is it changed?', JSON.stringify({ standalone_question: standalone })), {
    kind: 'rewritten',
    question: standalone,
    need: 'it begins with "and"',
  });
});

test('1,000 characters of a reply that cannot be used are kept, and are Unicode: the model is shown them', async () => {
  const result = await rewritten('And how is it changed?', `${'x'.repeat(999)}🤖`);
  assert.ok(result.kind === 'unusable');
  assert.equal(result.reply.length, 1000);
  assert.ok(result.reply.isWellFormed());
});
