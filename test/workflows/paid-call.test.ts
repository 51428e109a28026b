/** What becomes of a call whose activity fails: asked again, slept, waited for, or thrown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import { Budget } from '../../contracts/pipeline.ts';
import type { SpanRecord } from '../../contracts/trace.ts';
import { noUsage } from '../../contracts/usage-sum.ts';
import { RunBudget } from '../../workflows/answer-question/limits/budget.ts';
import { Unavailable } from '../../workflows/answer-question/failures.ts';
import { type Caller, untilAnswered } from '../../workflows/answer-question/paid-call.ts';
import { OpenWaits } from '../../workflows/answer-question/limits/waits.ts';

const failed = (cause: Error) => new ActivityFailure('failed', 'callSpecialist', '1', 'TIMEOUT', 'w', cause);
const timedOut = failed(new TimeoutFailure('timed out', undefined, 'START_TO_CLOSE'));
const paid = { ...noUsage, modelCalls: 1, inputTokens: 40, outputTokens: 2 };
const spans = [{ level: 'ERROR', usage: paid } as SpanRecord];
const outage = (detail: object) =>
  failed(ApplicationFailure.create({ type: 'ModelUnavailable', message: 'down', details: [{ spans, ...detail }] }));

const callLimits = { modelCallAttempts: 4, modelCallTotalSeconds: 60 };

/** A caller whose activity fails in these ways, then answers; `done` says in turn what was done. */
function failing(...failures: Error[]) {
  const done: string[] = [];
  const budget = new RunBudget(Budget.parse({}));
  const waits = new OpenWaits(() => 0);
  const spentSoFar = () => budget.usage.inputTokens;
  const caller: Caller = {
    ...{ limits: callLimits, budget, waits, until: async () => {} },
    onSettled: (told) => void done.push(`told of ${told.length}`),
    outages: {
      pause: async (milliseconds) => {
        await null;
        done.push(`slept ${milliseconds}, ${spentSoFar()} spent`);
      },
      waitForPerson: async ({ kind }) => void done.push(`waited: ${kind}, ${spentSoFar()} spent`),
    },
  };
  const send = async () => {
    done.push('sent');
    assert.equal(waits.isFree, false);
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return { result: 'answer', usage: null, spans: [] };
  };
  const onDone = (also: object) => void done.push(...Object.keys(also));
  const ask = (optional = false) => untilAnswered(caller, send, { optional, onDone });
  return { ask, done, spentSoFar };
}

test('a call whose time ran out is sent again at once, three times, and then a person is waited for', async () => {
  const { ask, done } = failing(timedOut, timedOut, timedOut, timedOut);
  assert.equal(await ask(), 'answer');
  const sent = ['sent', 'told of 0'];
  assert.deepEqual(done, [...sent, ...sent, ...sent, ...sent, 'waited: ModelTimedOut, 0 spent', ...sent]);
});

test('other failures that a person can end are waited for at once, and spend no time-out', async () => {
  const down = outage({ wait: true });
  const { ask, done } = failing(down, timedOut, timedOut, timedOut);
  assert.equal(await ask(), 'answer');
  assert.deepEqual(
    done.filter((each) => each !== 'told of 0'),
    ['sent', 'told of 1', 'waited: ModelUnavailable, 40 spent', 'sent', 'sent', 'sent', 'sent'],
  );
});

test('what the provider asks to wait is slept to its end, after what the attempts used is counted', async () => {
  const { ask, done } = failing(outage({ retryAfterMs: 0 }), outage({ retryAfterMs: 90_000, wait: true }));
  await ask();
  assert.deepEqual(
    done.filter((each) => !each.startsWith('told')),
    ['sent', 'slept 0, 40 spent', 'sent', 'slept 90000, 80 spent', 'sent'],
  );
});

test('what nothing can end is thrown, as is every failure of an optional call, and a cancellation as it is', async () => {
  await assert.rejects(failing(outage({ wait: false })).ask(), Unavailable);
  for (const failure of [timedOut, outage({ wait: true }), outage({ retryAfterMs: 5 })]) {
    const { ask, done } = failing(failure);
    await assert.rejects(ask(true), Unavailable);
    assert.deepEqual(done[0], 'sent');
    assert.equal(done.length, 2);
  }
  const cancelled = failed(new CancelledFailure('cancelled'));
  await assert.rejects(failing(cancelled).ask(), cancelled);
});

test('what a cancelled call was paid for counts, and what it has done is told', async () => {
  for (const wrap of [failed, (error: Error) => error]) {
    const cancelled = wrap(new CancelledFailure('cancelled', [{ spans, done: { searched: 1 } }]));
    const { ask, done, spentSoFar } = failing(cancelled);
    await assert.rejects(ask(), cancelled);
    assert.deepEqual(done, ['sent', 'searched', 'told of 1']);
    assert.equal(spentSoFar(), 40);
  }
});
