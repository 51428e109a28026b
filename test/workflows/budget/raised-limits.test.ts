/** What a person's grants change in a run's budget, and what a call that is not made is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from '../../../contracts/pipeline.ts';
import type { RaisedLimit } from '../../../contracts/decision.ts';
import { RunBudget } from '../../../workflows/answer-question/limits/budget.ts';
import { begun, spentOf, used } from './budget-case.ts';

/** What one call more would be granted; null: it would not be made. */
function granted(budget: RunBudget) {
  const call = budget.call(null);
  try {
    budget.begin(call);
  } catch {
    return null;
  }
  const grant = budget.grantOf(call);
  budget.end(call);
  budget.withdraw(call);
  return grant;
}

function spend(budget: RunBudget, tokens: number, costUsd: number): void {
  const call = begun(budget);
  budget.settle(used(tokens, costUsd), [], call);
  budget.end(call);
}

test('each limit is raised by what is granted, and the others stay', () => {
  const limits = { modelCalls: 2, tokens: 1000, costUsd: 0.5, wallClockSeconds: 60 };
  const given = Budget.parse(limits);
  const budget = new RunBudget(given);
  spend(budget, 1000, 0.5);
  assert.equal(granted(budget), null);
  budget.raise('tokens', 200);
  assert.throws(() => begun(budget), spentOf('costUsd'));
  budget.raise('costUsd', 0.25);
  assert.deepEqual(granted(budget), { replies: 1, tokens: 200, costUsd: 0.25 });
  budget.raise('modelCalls', 3);
  budget.raise('wallClockSeconds', 30);
  assert.deepEqual(granted(budget), { replies: 4, tokens: 200, costUsd: 0.25 });
  assert.deepEqual(budget.limits, { ...given, modelCalls: 5, tokens: 1200, costUsd: 0.75, wallClockSeconds: 90 });
  assert.deepEqual(given, Budget.parse(limits), 'the limits of the input stay');
});

test('money is raised by whole billionths of a dollar, and only where it is limited', () => {
  const limited = new RunBudget(Budget.parse({ costUsd: 1 }));
  limited.raise('costUsd', 0.000_000_001_9);
  assert.equal(granted(limited)?.costUsd, 1.000_000_001);
  assert.equal(granted(new RunBudget(Budget.parse({ costUsd: 0.000_000_001_9 })))?.costUsd, 0.000_000_001);
  const free = new RunBudget(Budget.parse({}));
  const before = free.limits;
  free.raise('costUsd', 5);
  assert.deepEqual([free.limits, granted(free)?.costUsd], [before, null]);
  const amounts: [RaisedLimit, number][] = [
    ['modelCalls', 5],
    ['wallClockSeconds', 5],
  ];
  for (const [limit, amount] of amounts) free.raise(limit, amount);
  assert.equal(granted(free)?.tokens, before.tokens);
});

test('a call that was turned away is as a new one once the limit is raised', () => {
  const budget = new RunBudget(Budget.parse({ tokens: 100 }));
  const call = begun(budget);
  budget.end(call);
  assert.equal(call.hasAll, true);
  assert.throws(() => budget.refuse(call, 'tokens'), spentOf('tokens'));
  budget.raise('tokens', 100);
  budget.anew(call);
  assert.deepEqual([call.hasAll, call.lacked], [false, null]);
  const [code, docs] = [budget.open('code'), budget.open('docs')];
  const [first, second] = [budget.call(code), budget.call(docs)];
  begun(budget, first);
  budget.end(first);
  budget.refuse(first, 'tokens');
  assert.equal(budget.mayBegin(second), false, 'it waits behind the first');
  budget.leave(first);
  budget.anew(first);
  assert.equal(budget.mayBegin(first), true);
  assert.equal(begun(budget, first).tokens, 100, 'it has a share again, not all that is left');
});

test('a call that is not made is told what calls in flight hold: tokens, then further replies', () => {
  const told = (budget: RunBudget) => {
    const { limit, message } = budget.inTheWay();
    return `${limit}: ${message}`;
  };
  const lone = new RunBudget(Budget.parse({ costUsd: 1 }));
  begun(lone);
  assert.equal(told(lone), 'tokens: calls in flight hold what is left of the tokens');
  const shared = new RunBudget(Budget.parse({ modelCalls: 3 }));
  const [code] = [shared.open('code'), shared.open('docs')];
  begun(shared, shared.call(code));
  assert.equal(
    told(shared),
    'tokens: calls in flight hold what is left of the tokens',
    'where all have something left',
  );
  begun(shared);
  assert.equal(told(shared), 'modelCalls: calls in flight hold what is left of the modelCalls');
});

test('a call that is not made for those before it is told what they lacked', () => {
  const budget = new RunBudget(Budget.parse({ tokens: 100, costUsd: 1 }));
  const [code] = [budget.open('code'), budget.open('docs')];
  const call = begun(budget, budget.call(code));
  budget.end(call);
  budget.refuse(call, 'costUsd');
  assert.equal(budget.mayBegin(budget.call(null)), false);
  assert.equal(budget.inTheWay().message, 'calls in flight hold what is left of the money');
});

test('a use without a price takes all that its call was granted, and nothing where it was granted nothing', () => {
  const budget = new RunBudget(Budget.parse({ costUsd: 1 }));
  budget.settle(used(10, null), []);
  assert.equal(granted(budget)?.costUsd, 1);
});
