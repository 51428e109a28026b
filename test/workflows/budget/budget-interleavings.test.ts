/** The budget's invariants over any interleaving of calls, and the optional calls that give way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Budget } from '../../../contracts/pipeline.ts';
import { BudgetSpent, type Call, RunBudget } from '../../../workflows/answer-question/limits/budget.ts';
import { type Caller, paidCall } from '../../../workflows/answer-question/paid-call.ts';
import { OpenWaits } from '../../../workflows/answer-question/limits/waits.ts';
import { begun, spentOf, used } from './budget-case.ts';

/** What an actor does in turn: how much each call needs at least, which part of its grant it uses, in how many replies. */
type Step = { needs: number; uses: number; pauses: number; replies: number };

const steps = fc.array(
  fc.record({
    needs: fc.integer({ min: 1, max: 800 }),
    uses: fc.double({ min: 0, max: 1, noNaN: true }),
    pauses: fc.integer({ min: 0, max: 3 }),
    replies: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 6 },
);

const callLimits = { modelCallAttempts: 4, modelCallTotalSeconds: 60 };

/** Runs actors side by side over one account, in an order that `pick` decides; nobody may be left waiting. */
async function play(
  limits: { tokens: number; costUsd: number | null; modelCalls?: number },
  actors: Step[][],
  scheduler: fc.Scheduler,
) {
  const budget = new RunBudget(Budget.parse({ modelCalls: 600, ...limits }));
  const waiting: { ready: () => boolean; go: () => void }[] = [];
  const wake = () => {
    for (const one of [...waiting]) {
      if (!one.ready()) continue;
      waiting.splice(waiting.indexOf(one), 1);
      one.go();
    }
  };
  const until = (ready: () => boolean) =>
    ready() ? Promise.resolve() : new Promise<void>((go) => waiting.push({ ready, go }));
  const price = limits.costUsd === null ? 0 : limits.costUsd / limits.tokens;
  let [inFlight, spent, mostHeld] = [0, 0, 0];
  const caller: Caller = {
    ...{ limits: callLimits, budget, until, waits: new OpenWaits(() => 0), onSettled: () => {} },
    outages: { pause: async () => {}, waitForPerson: async () => {} },
  };
  const ends: string[] = [];
  const act = async (name: string, own: Step[]) => {
    const branch = budget.open(name);
    try {
      for (const step of own) {
        await paidCall<string>(caller, { scope: { stage: 'specialist' }, branch }, async ({ grant }) => {
          assert.ok(grant !== undefined && grant.tokens >= 0 && (grant.costUsd ?? 0) >= 0);
          inFlight += grant.tokens;
          mostHeld = Math.max(mostHeld, inFlight + spent);
          for (let pause = 0; pause <= step.pauses; pause += 1) await scheduler.schedule(Promise.resolve());
          inFlight -= grant.tokens;
          const money = price === 0 ? grant.tokens : Math.floor((grant.costUsd ?? 0) / price);
          const room = Math.min(grant.tokens, money);
          assert.ok(grant.replies !== undefined && grant.replies > 0, 'a call that may be sent may be answered');
          if (room < step.needs)
            return { result: { kind: 'does-not-fit', limit: 'tokens', inputTokens: 0 }, usage: null, spans: [] };
          const took = step.needs + Math.floor((room - step.needs) * step.uses);
          spent += took;
          queueMicrotask(wake);
          const modelCalls = Math.min(step.replies, grant.replies);
          const usage = { ...used(took, took * price), modelCalls };
          if (modelCalls === step.replies) return { result: 'done', usage, spans: [] };
          return { result: { kind: 'does-not-fit', limit: 'modelCalls', inputTokens: 0 }, usage, spans: [] };
        });
        queueMicrotask(wake);
      }
      ends.push('done');
    } catch (error) {
      assert.ok(error instanceof BudgetSpent);
      ends.push('spent');
    } finally {
      branch.close();
      queueMicrotask(wake);
    }
  };
  const all = Promise.all(actors.map((own, at) => act(`branch ${at}`, own)));
  for (let idle = 0; idle < 5; ) {
    const before = ends.length + spent;
    if (scheduler.count() > 0) await scheduler.waitOne();
    await new Promise(setImmediate);
    wake();
    await new Promise(setImmediate);
    idle = scheduler.count() > 0 || ends.length + spent > before ? 0 : idle + 1;
  }
  assert.equal(ends.length, actors.length, 'somebody waits for ever');
  await all;
  return { budget, spent, mostHeld, ends };
}

test('over any interleaving no limit is passed, nobody waits for ever, and all is given back', async () => {
  let played = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 2000 }),
      fc.option(fc.integer({ min: 1, max: 1000 }).map((cents) => cents / 100)),
      fc.array(steps, { minLength: 1, maxLength: 4 }),
      async (scheduler, tokens, costUsd, actors) => {
        const { budget, spent, mostHeld, ends } = await play({ tokens, costUsd }, actors, scheduler);
        played += 1;
        assert.ok(mostHeld <= tokens, `${mostHeld} of ${tokens} used or granted`);
        assert.equal(budget.usage.inputTokens + budget.usage.outputTokens, spent);
        assert.ok(budget.usage.costUsd === null || budget.usage.costUsd <= (costUsd ?? 0) + 1e-9);
        const last = budget.call(null);
        if (spent < tokens && costUsd === null) {
          budget.begin(last);
          assert.equal(last.tokens, tokens - spent, 'all is given back');
        }
        // Whoever gave up needed more than there was left in the end, or than there was at that time.
        if (costUsd === null && actors.flat().reduce((sum, { needs }) => sum + needs, 0) === spent)
          assert.deepEqual(new Set(ends), new Set(['done']));
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(played >= 300);
});

test('over any interleaving no more replies are delivered than there may be model calls', async () => {
  let reached = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 12 }),
      fc.array(steps, { minLength: 1, maxLength: 4 }),
      async (scheduler, modelCalls, actors) => {
        const tokens = 1_000_000;
        const { budget, spent } = await play({ tokens, costUsd: null, modelCalls }, actors, scheduler);
        assert.ok(budget.usage.modelCalls <= modelCalls, `${budget.usage.modelCalls} of ${modelCalls}`);
        const left = modelCalls - budget.usage.modelCalls;
        reached += left === 0 ? 1 : 0;
        // A call alone may have used all tokens; none can begin then.
        if (left > 0 && spent < tokens) assert.equal(budget.grantOf(begun(budget)).replies, left, 'all is given back');
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(reached > 30, `${reached} runs reached their limit`);
});

test('of two calls that are let go in one moment the second waits on, where the first takes the last model call', async () => {
  const budget = new RunBudget(Budget.parse({ modelCalls: 6 }));
  const [one, two, three, four] = ['code', 'docs', 'tests', 'history'].map((name) => budget.open(name));
  assert.ok(one && two && three && four);
  // All but one of the calls, and a second reply to each of the first two.
  const [twice, once] = [begun(budget, budget.call(one)), begun(budget, budget.call(two))];
  const others = [begun(budget), begun(budget)];
  const waiting: { ready: () => boolean; go: () => void }[] = [];
  const letGo = () => {
    const ready = waiting.filter((each) => each.ready());
    for (const each of ready) waiting.splice(waiting.indexOf(each), 1);
    for (const { go } of ready) go();
  };
  const caller: Caller = {
    ...{ limits: callLimits, budget, waits: new OpenWaits(() => 0), onSettled: () => {} },
    until: (ready) => new Promise<void>((go) => waiting.push({ ready, go })),
    outages: { pause: async () => {}, waitForPerson: async () => {} },
  };
  const answer = async () => ({ result: 'done', usage: { ...used(1), modelCalls: 1 }, spans: [] });
  const ends = [three, four].map((branch) =>
    paidCall<string>(caller, { scope: { stage: 'specialist' }, branch }, answer).then(
      () => 'done',
      (error: unknown) => (error instanceof BudgetSpent ? error.limit : error),
    ),
  );
  assert.equal(waiting.length, 2);
  const end = (call: Call, modelCalls: number) => {
    budget.settle({ ...used(1), modelCalls }, [], call);
    budget.end(call);
  };
  end(once, 1);
  letGo();
  await new Promise(setImmediate);
  assert.equal(waiting.length, 1, 'the other one waits on');
  for (const call of others) end(call, 1);
  end(twice, 2);
  letGo();
  assert.deepEqual(await Promise.all(ends), ['done', 'modelCalls']);
  assert.equal(budget.usage.modelCalls, 6);
});

test('a call is turned away only where it does not fit into all that is left', async () => {
  let turnedAway = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 100, max: 2000 }),
      fc.array(steps, { minLength: 2, maxLength: 4 }),
      async (scheduler, tokens, actors) => {
        const thrifty = actors.map((own) => own.map((step) => ({ ...step, uses: 0 })));
        const { spent, ends } = await play({ tokens, costUsd: null }, thrifty, scheduler);
        const needs = thrifty.flat().map((step) => step.needs);
        const fits = needs.reduce((sum, each) => sum + each, 0) <= tokens;
        if (fits)
          assert.ok(
            ends.every((end) => end === 'done'),
            'all fits, and all is done',
          );
        else {
          turnedAway += 1;
          assert.ok(ends.includes('spent'));
          assert.ok(spent + Math.max(...needs) > tokens, 'what was turned away would not have fitted');
        }
      },
    ),
    { numRuns: 200 },
  );
  assert.ok(turnedAway > 10);
});

test('an optional call that has no room neither waits nor keeps others waiting', async () => {
  const budget = new RunBudget(Budget.parse({ tokens: 1000 }));
  const caller: Caller = {
    limits: callLimits,
    budget,
    until: () => Promise.reject(new Error('an optional call waits for nothing')),
    waits: new OpenWaits(() => 0),
    onSettled: () => {},
    outages: {
      pause: () => Promise.reject(new Error('an optional call is not slept for')),
      waitForPerson: () => Promise.reject(new Error('nobody is asked for an optional call')),
    },
  };
  const about = { scope: { stage: 'specialist' } as const, optional: true };
  const other = begun(budget, budget.call(budget.open('code')));
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return { result: { kind: 'does-not-fit', limit: 'tokens', inputTokens: 0 } as const, usage: null, spans: [] };
  };
  await assert.rejects(paidCall<string>(caller, about, ask), spentOf('tokens'));
  assert.equal(asked, 0, 'what is left is held by a call in flight');
  budget.end(other);
  await assert.rejects(paidCall<string>(caller, about, ask), spentOf('tokens'));
  assert.equal(asked, 1);
  assert.equal(budget.mayBegin(budget.call(null)), true);
  assert.equal(begun(budget, budget.call(null)).tokens, 500, 'nothing is held');
});

test('an optional call that is turned away says which limit is in its way, and whether it is held or spent', async () => {
  const never = () => Promise.reject(new Error('nothing is asked'));
  const turnedAway = async (budget: RunBudget): Promise<BudgetSpent> => {
    const caller: Caller = {
      ...{ limits: callLimits, budget, until: never, waits: new OpenWaits(() => 0), onSettled: () => {} },
      outages: { pause: never, waitForPerson: never },
    };
    const about = { scope: { stage: 'specialist' } as const, optional: true };
    try {
      await paidCall<string>(caller, about, never);
    } catch (error) {
      if (error instanceof BudgetSpent) return error;
      throw error;
    }
    throw new Error('it was not turned away');
  };
  const said = async (budget: RunBudget) => {
    const { limit, message } = await turnedAway(budget);
    return [limit, message];
  };
  // All of both limits is granted; then the call reports tokens, and its money is still held.
  const held = new RunBudget(Budget.parse({ tokens: 1000, costUsd: 0.5 }));
  const first = begun(held);
  assert.deepEqual(await said(held), ['tokens', 'calls in flight hold what is left of the tokens']);
  const withoutMoney = new RunBudget(Budget.parse({ tokens: 1_000_001, costUsd: 0.000_000_001 }));
  const branches = [withoutMoney.open('code'), withoutMoney.open('docs')];
  begun(withoutMoney, withoutMoney.call(branches[0] ?? null));
  assert.deepEqual(await said(withoutMoney), ['costUsd', 'calls in flight hold what is left of the money']);
  // What a call used beyond its grant is spent, whoever is in flight.
  held.settle(used(1200), [], first);
  assert.deepEqual(await said(held), ['tokens', "the budget's tokens is spent"]);
  // A call that did not fit into its share has all that is left before others.
  const waiting = new RunBudget(Budget.parse({ tokens: 1000, costUsd: 0.5 }));
  const [code, docs] = [waiting.open('code'), waiting.open('docs')];
  const [one, other] = [begun(waiting, waiting.call(code)), begun(waiting, waiting.call(docs))];
  waiting.end(other);
  waiting.refuse(other, 'costUsd');
  assert.deepEqual(await said(waiting), ['costUsd', 'calls in flight hold what is left of the money']);
  waiting.end(one);
});
