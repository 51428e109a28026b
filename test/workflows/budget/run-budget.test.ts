/** What single calls and branches get of a run's budget. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from '../../../contracts/pipeline.ts';
import type { SpanRecord } from '../../../contracts/trace.ts';
import { noUsage } from '../../../contracts/usage-sum.ts';
import { type Call, RunBudget } from '../../../workflows/answer-question/limits/budget.ts';
import { begun, spentOf, used } from './budget-case.ts';

test('failed attempts that were paid count, and the limit that was reached is named', () => {
  const budget = new RunBudget(Budget.parse({ tokens: 1000 }));
  const span = { key: 'k', name: 'n', type: 'generation' as const, startMs: 0, endMs: 1, attempt: 1, usage: used(500) };
  const spans: SpanRecord[] = [
    { ...span, level: 'ERROR' },
    { ...span, level: 'DEFAULT' },
  ];
  const call = begun(budget);
  budget.settle(used(500), spans, call);
  budget.end(call);
  assert.equal(budget.usage.inputTokens, 500);
  assert.throws(() => begun(budget), spentOf('tokens'));
});

test('calls that have not come back yet count as calls; one that was not sent does not', () => {
  const budget = new RunBudget(Budget.parse({ modelCalls: 2 }));
  const [code] = [budget.open('code'), budget.open('docs')];
  const first = begun(budget, budget.call(code));
  assert.equal(budget.nearlySpent(1), true);
  const second = begun(budget);
  assert.throws(() => begun(budget), spentOf('modelCalls'));
  budget.end(second);
  budget.refuse(second, 'tokens');
  assert.equal(budget.mayBegin(second), false, 'it waits for all that is left');
  budget.end(first);
  assert.equal(budget.mayBegin(budget.call(null)), false, 'others wait behind it');
  assert.equal(budget.mayBegin(second), true);
  begun(budget, second);
  assert.equal(second.tokens, budget.limits.tokens);
  budget.end(second);
  assert.throws(() => budget.refuse(second, 'tokens'), spentOf('tokens'));
});

test('further replies to a call are model calls, granted to it while it is in flight', () => {
  const budget = new RunBudget(Budget.parse({ modelCalls: 5 }));
  const [code, docs] = [budget.open('code'), budget.open('docs')];
  const first = begun(budget, budget.call(code));
  const second = begun(budget, budget.call(docs));
  assert.deepEqual([budget.grantOf(first).replies, budget.grantOf(second).replies], [3, 2]);
  const third = budget.call(null);
  assert.equal(budget.mayBegin(third), false, 'calls in flight hold what is left');
  const failed = { level: 'ERROR', usage: used(10) } as SpanRecord;
  budget.settle(null, [failed, failed], first);
  assert.equal(budget.grantOf(first).replies, 1);
  budget.end(first);
  assert.equal(budget.mayBegin(third), true, 'what was not used is given back');
  begun(budget, third);
  assert.equal(budget.grantOf(third).replies, 1);
  budget.settle(used(10), [], second);
  budget.end(second);
  budget.end(third);
  budget.refuse(third, 'modelCalls');
  assert.equal(budget.grantOf(begun(budget, third)).replies, 2, 'a call that was not sent does not count');
  budget.settle(used(10), [failed], third);
  budget.end(third);
  assert.throws(() => begun(budget), spentOf('modelCalls'));
});

test('branches side by side share alike, a lone one gets all that is left', () => {
  const budget = new RunBudget(Budget.parse({ tokens: 1000, costUsd: 0.5 }));
  const branches = [budget.open('code'), budget.open('docs'), budget.open('debug')];
  const calls = branches.map((branch) => begun(budget, budget.call(branch)));
  assert.deepEqual(
    calls.map(({ tokens }) => tokens),
    [334, 333, 333],
  );
  assert.equal(budget.grantOf(calls[2] as Call).costUsd, 0.166666666);
  for (const call of calls) {
    budget.settle(used(100, 0.1), [], call);
    budget.end(call);
  }
  for (const branch of branches.slice(1)) branch.close();
  const alone = begun(budget, budget.call(branches[0] ?? null));
  assert.deepEqual(budget.grantOf(alone), { replies: 57, tokens: 700, costUsd: 0.2 });
  assert.equal(budget.mayBegin(budget.call(null)), false);
});

test('a call that is asked again has what its attempts have left of its grant', () => {
  const budget = new RunBudget(Budget.parse({ tokens: 1000, costUsd: 1 }));
  const call = begun(budget);
  budget.settle(null, [{ level: 'ERROR', usage: used(300, 0.25) } as SpanRecord], call);
  assert.deepEqual(budget.grantOf(call), { replies: 59, tokens: 700, costUsd: 0.75 });
  budget.settle(null, [{ level: 'ERROR', usage: used(100, null) } as SpanRecord], call);
  assert.deepEqual(budget.grantOf(call), { replies: 58, tokens: 600, costUsd: 0 });
  budget.end(call);
  assert.throws(() => begun(budget), spentOf('costUsd'));
});

test('a specialist is told to answer while two calls more would fit no longer', () => {
  const budget = new RunBudget(Budget.parse({ tokens: 10_000 }));
  const branch = budget.open('code');
  assert.equal(budget.shouldAnswer(branch, 2), false, 'nothing is known yet');
  const turn = (tokens: number) => {
    const call = begun(budget, budget.call(branch));
    budget.settle({ ...noUsage, inputTokens: tokens, outputTokens: 100 }, [], call);
    budget.end(call);
  };
  turn(500);
  assert.equal(budget.shouldAnswer(branch, 2), false);
  turn(2000);
  // 2,700 used of 8,500: one of about 3,600 and one of about 5,100 are too much.
  assert.equal(budget.shouldAnswer(branch, 2), true);
  assert.equal(budget.shouldAnswer(budget.open('docs'), 2), false);
});

test('the limit that is told is that on calls, then one that is used up, then one that calls in flight hold', () => {
  const inTheWay = (limits: object, spent: number, cost = 0) => {
    const budget = new RunBudget(Budget.parse(limits));
    const call = begun(budget);
    budget.settle(used(spent, cost), [], call);
    const { limit, message } = budget.inTheWay();
    return `${limit}: ${message.startsWith('calls in flight hold') ? 'held' : 'spent'}`;
  };
  assert.equal(inTheWay({ modelCalls: 1, tokens: 100 }, 100), 'modelCalls: spent');
  assert.equal(inTheWay({ modelCalls: 2, tokens: 100 }, 100), 'tokens: spent');
  assert.equal(inTheWay({ tokens: 100, costUsd: 1 }, 99, 1), 'costUsd: spent');
  assert.equal(inTheWay({ tokens: 100, costUsd: 1 }, 99, 0.5), 'tokens: held');
});

test('a specialist is told to answer by money as by tokens, and only branches that are open share', () => {
  const budget = new RunBudget(Budget.parse({ tokens: 1_000_000, costUsd: 1 }));
  const branch = budget.open('code');
  const turn = (costUsd: number | null) => {
    const call = begun(budget, budget.call(branch));
    budget.settle({ ...used(1000), costUsd }, [], call);
    budget.end(call);
  };
  turn(0.05);
  turn(0.1);
  assert.equal(budget.shouldAnswer(branch, 2), false, '0.15 used of 0.85, and two more calls take 0.35');
  const other = budget.open('docs');
  assert.equal(budget.shouldAnswer(branch, 2), false, 'half of what is left is as much');
  turn(0.15);
  assert.equal(budget.shouldAnswer(branch, 2), true, 'half of what is left is less than two more calls take');
  other.close();
  assert.equal(budget.shouldAnswer(branch, 2), false, 'alone it has all that is left');
  assert.equal(budget.nearlySpent(0), false);
  turn(0.55);
  assert.equal(budget.nearlySpent(0), true, 'one of two limits is enough');
});
