/** Decisions, time-outs and restarts in any order: each decision is applied once or refused with a reason. In memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision, DecisionAnswer } from '../../../contracts/decision.ts';
import { type Asked, DecisionBuffer, type OpenRequest } from '../../../workflows/answer-question/decisions/buffer.ts';

const sorts = {
  draft: {
    kind: 'draft',
    asked: 'may it go out?',
    choices: [
      { choice: 'approve', meaning: '' },
      { choice: 'send-back', meaning: '', needs: 'note' },
    ],
    waitMs: 5_000,
    default: 'approve',
  },
  budget: {
    kind: 'budget',
    place: 'tokens',
    asked: 'more?',
    choices: [
      { choice: 'grant', meaning: '', needs: 'amount' },
      { choice: 'give-up', meaning: '' },
    ],
    limit: 'tokens',
    most: 100,
    waitMs: 5_000,
    default: 'give-up',
  },
  provider: {
    kind: 'provider',
    place: 'call-7',
    asked: 'down',
    choices: [
      { choice: 'retry', meaning: '' },
      { choice: 'give-up', meaning: '' },
    ],
    waitMs: 5_000,
    default: 'give-up',
  },
} satisfies Record<string, Asked>;
type Sort = keyof typeof sorts;
const nameOf = { draft: 'draft', budget: 'budget-tokens', provider: 'provider-call-7' };

type Event =
  | { do: 'open'; sort: Sort }
  | { do: 'deliver'; decision: Decision; way: 'update' | 'signal' }
  | { do: 'timeOut' | 'cancel'; which: number }
  | { do: 'retry' }
  | { do: 'pass'; ms: number };
type Step = Event | { do: 'kill' };

const decision: fc.Arbitrary<Decision> = fc
  .record({ sort: fc.constantFrom<Sort[]>('draft', 'budget', 'provider'), number: fc.integer({ min: 1, max: 3 }) })
  .chain(({ sort, number }) =>
    fc.record({
      requestId: fc.constant(`${nameOf[sort]}-${number}`),
      decision: fc.constantFrom('approve', 'send-back', 'grant', 'retry', 'give-up', 'nonsense'),
      by: fc.constantFrom('ann', 'bob'),
      ...{ note: fc.constant('shorter'), amount: fc.constantFrom(7, 0, 0.5, 1_000) },
    }),
  );
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      sort: fc.constantFrom<Sort[]>('draft', 'budget', 'provider'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), decision, way: fc.constantFrom('update', 'signal') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('timeOut' as const, 'cancel' as const), which: fc.nat(5) }) },
  fc.record({ do: fc.constant('retry' as const) }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.nat(10_000) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
);

/** A run in memory: what its history holds, and what it has come to. */
class RunInMemory {
  nowMs = 0;
  readonly buffer = new DecisionBuffer(
    () => this.nowMs,
    () => true,
  );
  readonly opened: OpenRequest[] = [];
  readonly answers: { decision: Decision; answer: DecisionAnswer }[] = [];

  take(event: Event): void {
    if (event.do === 'open') this.opened.push(this.buffer.open(sorts[event.sort]));
    else if (event.do === 'deliver')
      this.answers.push({ decision: event.decision, answer: this.buffer.take(event.decision, event.way) });
    else if (event.do === 'retry') this.buffer.retry();
    else if (event.do === 'pass') this.nowMs += event.ms;
    else {
      const waiting = this.opened.filter(({ request }) => this.isPending(request.requestId));
      const chosen = waiting[event.which % Math.max(1, waiting.length)];
      if (chosen !== undefined && event.do === 'timeOut') this.buffer.timeOut(chosen);
      if (chosen !== undefined) this.buffer.close(chosen);
    }
  }

  isPending(id: string): boolean {
    return this.buffer.pending.some(({ requestId }) => requestId === id);
  }
}

/** Whether a decision can be applied to its request, said a second time and by hand. */
function fits({ requestId, decision: choice, note, amount = 0 }: Decision): boolean {
  if (requestId.startsWith('draft')) return choice === 'approve' || (choice === 'send-back' && note !== undefined);
  if (requestId.startsWith('provider')) return choice === 'retry' || choice === 'give-up';
  return choice === 'give-up' || (choice === 'grant' && Number.isInteger(amount) && amount > 0 && amount <= 100);
}

const seen = { applied: 0, buffered: 0, 'too-late': 0, refused: 0, kills: 0, timers: 0, kept: 0 };

/** What has become of each request and of each decision, at the end of a run. */
function check({ buffer, opened, answers }: RunInMemory): void {
  buffer.end();
  for (const { request, decided } of opened) {
    const { requestId: id } = request;
    const own = buffer.records.filter(({ requestId, refused }) => requestId === id && refused === undefined);
    assert.ok(own.length <= 1, `${id} was applied ${own.length} times`);
    assert.equal(own.length, decided === null || (decided.by === null && request.kind === 'provider') ? 0 : 1);
    if (decided?.way === 'timer') {
      seen.timers += 1;
      assert.equal(decided.decision, request.default.decision);
    } else if (decided !== null && decided.way !== 'retry')
      assert.ok(fits({ ...decided, requestId: id, by: decided.by ?? '' }), 'what is applied fits');
  }
  for (const { decision: given, answer } of answers) {
    seen[answer.kind] += 1;
    const { decided = null } = opened.find(({ request }) => request.requestId === given.requestId) ?? {};
    const isTheOne = decided?.by === given.by && decided.decision === given.decision && decided.amount === given.amount;
    if (answer.kind === 'applied') assert.ok(isTheOne, 'what is answered as applied is what was applied');
    else if (answer.kind === 'buffered') {
      const refused = buffer.records.some(
        (record) => record.requestId === given.requestId && record.by === given.by && record.refused !== undefined,
      );
      if (!refused) seen.kept += 1;
      assert.ok(isTheOne !== refused, 'what was kept is applied, or refused with a reason');
    } else assert.notEqual(answer.reason, '');
  }
}

test('200 random orders of decisions, time-outs and restarts: each applied once or refused with a reason', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const history: Event[] = [];
      let run = new RunInMemory();
      for (const next of steps) {
        if (next.do === 'kill') {
          // A worker that starts has the history alone; nothing may come of it but what there was.
          const before = run;
          run = new RunInMemory();
          for (const event of history) run.take(event);
          seen.kills += 1;
          assert.deepEqual(run.answers, before.answers);
          assert.deepEqual(run.buffer.records, before.buffer.records);
          assert.deepEqual(run.buffer.pending, before.buffer.pending);
        } else {
          history.push(next);
          run.take(next);
        }
      }
      check(run);
    }),
    { numRuns: 200, seed: 18 },
  );
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 25, `${what}: ${count}`);
});

const at = () =>
  new DecisionBuffer(
    () => 0,
    (kind) => kind !== 'clarify',
  );
const approve: Decision = { requestId: 'draft-1', decision: 'approve', by: 'ann' };

test('the same decision by both ways is applied once, and another is told who has decided', () => {
  const buffer = at();
  const open = buffer.open(sorts.draft);
  assert.deepEqual(buffer.take(approve, 'signal'), { kind: 'applied' });
  assert.deepEqual(buffer.take(approve, 'update'), { kind: 'applied' });
  assert.equal(open.decided?.way, 'signal');
  const late = buffer.take({ ...approve, by: 'bob' }, 'update');
  assert.deepEqual(late, { kind: 'too-late', reason: 'ann decided it at 1970-01-01T00:00:00.000Z: approve' });
  assert.equal(buffer.records.length, 1);
});

test('a decision that comes before its request is applied when that is opened, and only to that one', () => {
  const buffer = at();
  assert.deepEqual(buffer.take({ ...approve, requestId: 'draft-2' }, 'signal'), { kind: 'buffered' });
  assert.equal(buffer.open(sorts.draft).decided, null);
  assert.equal(buffer.open(sorts.draft).decided?.by, 'ann');
  assert.deepEqual(
    buffer.pending.map(({ requestId }) => requestId),
    ['draft-1'],
  );
});

test('a decision that was kept and does not fit is refused in the record, and its request stays open', () => {
  const buffer = at();
  buffer.take({ ...approve, decision: 'send-back' }, 'signal');
  assert.equal(buffer.open(sorts.draft).decided, null);
  assert.match(buffer.records[0]?.refused ?? '', /needs a note/);
  assert.deepEqual(buffer.take(approve, 'update'), { kind: 'applied' });
});

test('what was never asked is refused at the end of the run, or at once where the run asks no such thing', () => {
  const buffer = at();
  assert.equal(buffer.take({ ...approve, requestId: 'clarify-route-1' }, 'update').kind, 'refused');
  buffer.take(approve, 'signal');
  buffer.end();
  assert.deepEqual(
    buffer.records.map(({ asked, refused }) => [asked, refused]),
    [[null, 'the run ended without asking']],
  );
});

test('only so many decisions are kept for what is not open', () => {
  const buffer = at();
  const kinds = Array.from(
    { length: 51 },
    (_, n) => buffer.take({ ...approve, requestId: `draft-${n + 1}` }, 'signal').kind,
  );
  assert.deepEqual([kinds[49], kinds[50]], ['buffered', 'refused']);
});

test('whoever resumes a run decides for every provider that it waits for, and for nothing else', () => {
  const buffer = at();
  const waits = [buffer.open(sorts.provider), buffer.open({ ...sorts.provider, place: 'call-8' })];
  const draft = buffer.open(sorts.draft);
  buffer.retry();
  assert.deepEqual(
    waits.map(({ decided }) => decided?.way),
    ['retry', 'retry'],
  );
  assert.equal(draft.decided, null);
  assert.equal(buffer.open(sorts.provider).decided, null, 'it is not kept for later');
});
