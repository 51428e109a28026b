/** Budgets while a provider is out: attempts, fallback models and circuits, by the bill of all that was delivered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import type { Payment } from '../../../contracts/agent-calls.ts';
import { Budget } from '../../../contracts/pipeline.ts';
import type { ActivityResult, SpanRecord } from '../../../contracts/trace.ts';
import { CircuitOpen, ModelFailure } from '../../../models/chat-model.ts';
import { withCircuits } from '../../../models/circuit-breaker.ts';
import { BudgetSpent, RunBudget } from '../../../workflows/answer-question/limits/budget.ts';
import { type Caller, paidCall } from '../../../workflows/answer-question/paid-call.ts';
import { OpenWaits } from '../../../workflows/answer-question/limits/waits.ts';
import { chatReply } from '../../support/replies.ts';
import { question } from '../../models/chat-scene.ts';
import { used } from './budget-case.ts';

/** How the endpoint takes one request. */
type Happening = { kind: 'answer' | 'out' | 'billed' | 'refused'; share: number };

const happening = fc.record({
  kind: fc.constantFrom<Happening['kind']>('answer', 'answer', 'out', 'out', 'out', 'billed', 'refused'),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});
const branch = fc.record({ calls: fc.integer({ min: 1, max: 6 }), fallback: fc.boolean(), optional: fc.boolean() });
const perToken: Record<string, number> = { first: 0.000_01, second: 0.000_04 };
const modelByRole = { router: 'first', specialist: 'first', judge: 'first', synthesizer: 'first' };
const attempts = 3;
const least = 20;

type Limits = { tokens: number; costUsd: number | null; modelCalls: number };

/** An activity of so many attempts over a model behind circuits; the bill has what the endpoint delivered. */
function provider(happenings: Happening[]) {
  const bill = { tokens: 0, costUsd: 0, answers: 0, byFallback: 0, leftAlone: 0, sent: 0 };
  const clock = { nowMs: 0 };
  const take = (model: string, room: number): number => {
    const { kind, share } = happenings[bill.sent % happenings.length] ?? { kind: 'answer', share: 1 };
    bill.sent += 1;
    clock.nowMs += Math.round(4000 * share);
    if (kind === 'out') throw new ModelFailure('ModelUnavailable', 'down', { status: 503 });
    if (kind === 'refused') throw new ModelFailure('ModelQuotaSpent', 'no', { status: 402 });
    const tokens = least + Math.floor((room - least) * share);
    bill.tokens += tokens;
    bill.costUsd += tokens * (perToken[model] ?? 0);
    const usage = used(tokens, tokens * (perToken[model] ?? 0));
    if (kind === 'billed') throw new ModelFailure('ModelUnavailable', 'no reply', { status: 200, usage });
    return tokens;
  };
  let room = 0;
  const chat = async ({ model }: { model: string | null }) => {
    const name = model ?? 'first';
    const tokens = take(name, room);
    return chatReply('yes', { model: name, usage: used(tokens, tokens * (perToken[name] ?? 0)) });
  };
  const circuits = withCircuits(
    { chat },
    { settings: { failures: 3, seconds: 5 }, endpoint: 'here', modelByRole, now: () => clock.nowMs },
  );
  const ask = async ({
    grant,
    fallback,
  }: Payment): Promise<ActivityResult<string | { kind: 'does-not-fit'; limit: 'tokens'; inputTokens: number }>> => {
    const model = fallback?.after === undefined ? 'first' : fallback.model;
    const spans: SpanRecord[] = [];
    let [tokens, money] = [grant?.tokens ?? 0, grant?.costUsd ?? null];
    for (let attempt = 1; ; attempt += 1) {
      room = Math.min(tokens, money === null ? tokens : Math.floor(money / (perToken[model] ?? 1) + 1e-6));
      if (room < least)
        return { result: { kind: 'does-not-fit', limit: 'tokens', inputTokens: 0 }, usage: null, spans };
      try {
        const { usage } = await circuits.chat(
          { ...question(), model },
          { signal: new AbortController().signal, callId: 'c' },
        );
        bill.answers += 1;
        bill.byFallback += model === 'second' ? 1 : 0;
        return { result: 'done', usage, spans };
      } catch (error) {
        if (error instanceof CircuitOpen) bill.leftAlone += 1;
        else if (!(error instanceof ModelFailure)) throw error;
        const usage = error instanceof ModelFailure ? error.usage : null;
        spans.push({ level: 'ERROR', ...(usage === null ? {} : { usage }) } as SpanRecord);
        tokens -= usage === null ? 0 : usage.inputTokens + usage.outputTokens;
        money = money === null ? null : money - (usage?.costUsd ?? 0);
        if (attempt < attempts && error.kind === 'ModelUnavailable') continue;
        const details = [{ spans, wait: true, retryAfterMs: null }];
        const cause = ApplicationFailure.create({ type: error.kind, message: 'out', details });
        throw new ActivityFailure('failed', 'callSpecialist', '1', 'NON_RETRYABLE_FAILURE', 'w', cause);
      }
    }
  };
  return { bill, ask, clock };
}

test('in 300 random runs with outages no limit is passed, by the bill of all replies that were delivered', async () => {
  const seen = { byFallback: 0, leftAlone: 0, waits: 0, spent: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        tokens: fc.integer({ min: 1, max: 6000 }),
        costUsd: fc.option(fc.integer({ min: 1, max: 60 }).map((thousandths) => thousandths / 1000)),
        modelCalls: fc.integer({ min: 1, max: 12 }),
      }),
      fc.array(happening, { minLength: 1, maxLength: 40 }),
      fc.array(branch, { minLength: 1, maxLength: 4 }),
      async (limits: Limits, happenings, branches) => {
        // Whatever else happens, the provider comes back.
        const { bill, ask, clock } = provider([...happenings, { kind: 'answer', share: 0.5 }]);
        const budget = new RunBudget(Budget.parse(limits));
        const until = async (ready: () => boolean) => {
          for (let turns = 0; !ready(); turns += 1) {
            assert.ok(turns < 10_000, 'nobody waits for ever');
            await new Promise(setImmediate);
          }
        };
        const caller: Caller = {
          ...{ limits: { modelCallAttempts: attempts, modelCallTotalSeconds: 60 }, budget, until },
          ...{ waits: new OpenWaits(() => clock.nowMs), onSettled: () => {} },
          outages: {
            pause: async () => {},
            waitForPerson: async () => {
              seen.waits += 1;
              clock.nowMs += 60_000;
            },
          },
        };
        const work = async (at: number, { calls, fallback, optional }: (typeof branches)[number]) => {
          const own = budget.open(`branch ${at}`);
          const about = { scope: { stage: 'specialist' } as const, branch: own, optional };
          try {
            for (let call = 0; call < calls; call += 1)
              await paidCall<string>(caller, { ...about, ...(fallback ? { fallbackModel: 'second' } : {}) }, ask);
          } catch (error) {
            if (error instanceof BudgetSpent) seen.spent += 1;
            else if (!optional) throw error;
          } finally {
            own.close();
          }
        };
        await Promise.all(branches.map((each, at) => work(at, each)));
        assert.ok(bill.tokens <= limits.tokens, `${bill.tokens} of ${limits.tokens} tokens`);
        assert.ok(
          limits.costUsd === null || bill.costUsd <= limits.costUsd + 1e-9,
          `$${bill.costUsd} of ${limits.costUsd}`,
        );
        assert.ok(bill.answers <= limits.modelCalls, `${bill.answers} of ${limits.modelCalls} calls`);
        const { inputTokens, outputTokens, costUsd } = budget.usage;
        assert.equal(inputTokens + outputTokens, bill.tokens);
        assert.ok(Math.abs((costUsd ?? 0) - bill.costUsd) < 1e-9);
        seen.byFallback += bill.byFallback;
        seen.leftAlone += bill.leftAlone;
      },
    ),
    { numRuns: 300 },
  );
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 20, `${what}: ${times}`);
});
