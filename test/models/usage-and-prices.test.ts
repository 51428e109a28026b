import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addUsage } from '../../contracts/usage-sum.ts';
import { countUsage } from '../../models/openai/token-usage.ts';
import type { ModelPrice } from '../../contracts/model/price.ts';

const price: ModelPrice = { input: 0.25, cachedInput: 0.025, output: 2 };
const sizes = { sent: 400, received: 40 };

test('cached tokens cost their own price, thinking costs as output', () => {
  const reported = {
    prompt_tokens: 1_000_000,
    completion_tokens: 100_000,
    total_tokens: 1_100_000,
    prompt_tokens_details: { cached_tokens: 400_000 },
    completion_tokens_details: { reasoning_tokens: 60_000 },
  };
  assert.deepEqual(countUsage(reported, price, sizes), {
    modelCalls: 1,
    inputTokens: 1_000_000,
    cachedInputTokens: 400_000,
    outputTokens: 100_000,
    reasoningTokens: 60_000,
    costUsd: 0.6 * 0.25 + 0.4 * 0.025 + 0.1 * 2,
  });
});

test('the longest input decides the rates of the whole request, and an unknown price costs null', () => {
  const longer = [
    { moreThan: 100, input: 1, cachedInput: 1, output: 10 },
    { moreThan: 1000, input: 5, cachedInput: 2, output: 20 },
  ];
  const cost = (prompt: number) =>
    countUsage({ prompt_tokens: prompt, completion_tokens: 1 }, { ...price, longer }, sizes).costUsd;
  assert.deepEqual([cost(100), cost(101), cost(1001)], [27 / 1e6, 111 / 1e6, 5025 / 1e6]);
  assert.equal(countUsage({ prompt_tokens: 10, completion_tokens: 5 }, null, sizes).costUsd, null);
});

test('thinking that a provider counts beside the completion is added to the output', () => {
  const details = { completion_tokens_details: { reasoning_tokens: 30 } };
  const beside = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45, ...details };
  const inside = { prompt_tokens: 10, completion_tokens: 35, total_tokens: 45, ...details };
  assert.equal(countUsage(beside, null, sizes).outputTokens, 35);
  assert.equal(countUsage(inside, null, sizes).outputTokens, 35);
});

test('broken usage is estimated, and cached tokens never exceed the input', () => {
  for (const reported of [undefined, null, {}, { prompt_tokens: null }, { prompt_tokens: -1, completion_tokens: 2 }]) {
    const usage = countUsage(reported, null, sizes);
    assert.deepEqual([usage.inputTokens, usage.outputTokens], [100, 10]);
  }
  const cached = { prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 99 };
  assert.equal(countUsage(cached, null, sizes).cachedInputTokens, 10);
});

test('a sum with an unknown cost has an unknown cost', () => {
  const priced = countUsage({ prompt_tokens: 10, completion_tokens: 5 }, price, sizes);
  const unpriced = countUsage({ prompt_tokens: 2, completion_tokens: 2 }, null, sizes);
  assert.equal(addUsage(priced, unpriced).costUsd, null);
  assert.equal(addUsage(priced, unpriced).inputTokens, 12);
  assert.equal(addUsage(priced, priced).costUsd, (priced.costUsd ?? 0) * 2);
});

test('figures that cannot be right are estimated and marked, those that can are believed', () => {
  const all = { inputTokens: 100, outputTokens: 10, estimated: true };
  const part = (usage: object) => {
    const { inputTokens, outputTokens, estimated = false } = countUsage(usage, null, sizes);
    return { inputTokens, outputTokens, estimated };
  };
  assert.deepEqual(part({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }), all);
  assert.deepEqual(part({ prompt_tokens: -5, completion_tokens: -1 }), all);
  assert.deepEqual(part({ prompt_tokens: 1e300, completion_tokens: 1e300 }), all);
  assert.deepEqual(part({ prompt_tokens: 90, completion_tokens: 0 }), { ...all, inputTokens: 90 });
  assert.deepEqual(part({ prompt_tokens: 1, completion_tokens: 7 }), { ...all, outputTokens: 7 });
  assert.deepEqual(part({ prompt_tokens: 90, completion_tokens: 0, total_tokens: 97 }), {
    inputTokens: 90,
    outputTokens: 7,
    estimated: true,
  });
  assert.deepEqual(part({ prompt_tokens: 90, completion_tokens: 7 }), {
    inputTokens: 90,
    outputTokens: 7,
    estimated: false,
  });
  assert.equal(
    countUsage({ prompt_tokens: 1, completion_tokens: 0 }, null, { sent: 8, received: 0 }).estimated,
    undefined,
  );
});

test('a sum with an estimate is estimated, one without has no mark', () => {
  const [guess, told] = [
    countUsage(null, null, sizes),
    countUsage({ prompt_tokens: 90, completion_tokens: 7 }, null, sizes),
  ];
  assert.equal(addUsage(told, guess).estimated, true);
  assert.equal(Object.hasOwn(addUsage(told, told), 'estimated'), false);
});
