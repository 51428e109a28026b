/** What a branch's next calls will probably take, judged by those before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noUsage } from '../../contracts/usage-sum.ts';
import { Branch } from '../../workflows/answer-question/branch.ts';

/** A branch after a try of such calls: input, output, cost. */
function after(...calls: [input: number, output: number, costUsd?: number | null][]): Branch {
  const branch = new Branch();
  again(branch, ...calls);
  return branch;
}

function again(branch: Branch, ...calls: [input: number, output: number, costUsd?: number | null][]): void {
  branch.open();
  for (const [inputTokens, outputTokens, costUsd = 0] of calls)
    branch.settle({ ...noUsage, inputTokens, outputTokens, costUsd });
}

const tokensAfter = (...calls: [input: number, output: number][]) => after(...calls).twoMoreCalls?.tokens;

test('nothing is expected before the first call', () => {
  assert.equal(after().twoMoreCalls, null);
});

test('after one call the input may double; after more it grows by the most by which it has grown', () => {
  assert.equal(tokensAfter([100, 10]), 2 * (200 + 10) + 100);
  assert.equal(tokensAfter([100, 10], [150, 5]), 2 * (200 + 10) + 50);
  assert.equal(tokensAfter([100, 10], [150, 5], [160, 20]), 2 * (210 + 20) + 50);
  assert.equal(tokensAfter([10, 0], [11, 0]), 2 * 12 + 1);
  assert.equal(tokensAfter([1, 0]), 2 * 2 + 1);
});

test('another try begins with the largest input that one began with', () => {
  const branch = after([100, 10], [150, 5]);
  branch.open();
  assert.equal(branch.twoMoreCalls?.tokens, 2 * (100 + 10) + 50);
  again(branch, [300, 10]);
  branch.open();
  assert.equal(branch.twoMoreCalls?.tokens, 2 * (300 + 10) + 50);
  again(branch, [200, 10]);
  branch.open();
  assert.equal(branch.twoMoreCalls?.tokens, 2 * (300 + 10) + 50);
  const small = after([0, 1]);
  small.open();
  assert.equal(small.twoMoreCalls?.tokens, 2);
});

test('the cost is expected at the price of the tokens so far, and unknown once one was', () => {
  const branch = after([100, 20, 0.6], [160, 20, 0.3]);
  assert.deepEqual(branch.twoMoreCalls, { tokens: 2 * (220 + 20) + 60, costUsd: ((0.6 + 0.3) / 300) * 540 });
  again(branch, [100, 20, null]);
  assert.equal(branch.twoMoreCalls?.costUsd, null);
  again(branch, [100, 20, 1]);
  assert.equal(branch.twoMoreCalls?.costUsd, null);
});

test('a branch is idle while it is open and none of its calls is in flight', () => {
  const branch = after();
  assert.deepEqual([branch.isOpen, branch.isIdle], [true, true]);
  branch.begin();
  branch.begin();
  branch.end();
  assert.equal(branch.isIdle, false);
  branch.end();
  assert.equal(branch.isIdle, true);
  branch.close();
  assert.deepEqual([branch.isOpen, branch.isIdle], [false, false]);
});
