import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunFailure } from '../../../contracts/run.ts';
import { type Timers, untilSpent } from '../../../workflows/answer-question/limits/clock.ts';
import { OpenWaits, type Wait } from '../../../workflows/answer-question/limits/waits.ts';

/** Times are whole ticks, so that a model can mark each of them. */
const tickMs = 10_000;
/** More ticks than this too late: no worker was there. */
const awayTicks = 6;

const failure: RunFailure = { kind: 'ModelUnavailable', message: 'down', setting: null };
const waits: Record<Wait['kind'], Wait> = {
  call: { kind: 'call' },
  provider: { kind: 'provider', message: 'the provider asks to wait' },
  queue: { kind: 'queue', key: 'call-1' },
  person: { kind: 'person', message: 'down; once that is fixed: retry', failure },
  decision: { kind: 'decision', message: 'a person is asked' },
};
const forPerson: readonly Wait['kind'][] = ['person', 'decision'];

const turnMessage = 'its calls wait for their turn within the limits of the endpoint (switchyard limits)';

type Step =
  | { do: 'open'; kind: Wait['kind'] }
  | { do: 'close'; which: number }
  | { do: 'turn'; which: number; underWay: boolean }
  | { do: 'pass'; ticks: number }
  | { do: 'timer'; lateTicks: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('open' as const),
    kind: fc.constantFrom('call', 'provider', 'person', 'decision', 'queue', 'queue'),
  }),
  fc.record({ do: fc.constant('turn' as const), which: fc.nat(20), underWay: fc.boolean() }),
  fc.record({ do: fc.constant('close' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('pass' as const), ticks: fc.nat(20) }),
  fc.record({ do: fc.constant('timer' as const), lateTicks: fc.nat(20) }),
);

/** Counts tick by tick what `OpenWaits` counts by intervals. */
class Model {
  at = 0;
  seenAt = 0;
  readonly open: { kind: Wait['kind']; key: string; underWay: boolean; close: () => void }[] = [];
  opened = 0;
  readonly free = new Set<number>();
  readonly person = new Set<number>();

  take(real: OpenWaits, next: Step): void {
    if (next.do === 'open') {
      this.opened += 1;
      const key = `call-${this.opened}`;
      const close = real.open(next.kind === 'queue' ? { kind: 'queue', key } : waits[next.kind]);
      this.open.push({ kind: next.kind, key, underWay: false, close });
      this.seenAt = this.at;
    } else if (next.do === 'close') {
      const [closed] = this.open.splice(next.which % Math.max(1, this.open.length), 1);
      if (closed === undefined) return;
      closed.close();
      closed.close();
      this.seenAt = this.at;
    } else if (next.do === 'turn') this.turn(real, next);
    else if (next.do === 'pass') this.pass(next.ticks);
    else this.timer(real, next.lateTicks);
  }

  turn(real: OpenWaits, { which, underWay }: { which: number; underWay: boolean }): void {
    const call = this.open[which % Math.max(1, this.open.length)];
    real.callIs(call?.key ?? 'call-0', underWay);
    if (call?.kind !== 'queue') return;
    call.underWay = underWay;
    this.seenAt = this.at;
  }

  get isFree(): boolean {
    return (
      this.open.length > 0 &&
      this.open.every(({ kind, underWay }) => forPerson.includes(kind) || (kind === 'queue' && !underWay))
    );
  }

  pass(ticks: number): void {
    const kinds = new Set(this.open.map(({ kind }) => kind));
    for (let passed = 0; passed < ticks; passed += 1, this.at += 1) {
      if (forPerson.some((kind) => kinds.has(kind))) this.person.add(this.at);
      if (this.isFree) this.free.add(this.at);
    }
  }

  timer(real: OpenWaits, lateTicks: number): void {
    real.timerFired((this.at - lateTicks) * tickMs);
    if (lateTicks <= awayTicks) return;
    for (let tick = this.seenAt; tick < this.at; tick += 1) this.free.add(tick);
    this.seenAt = this.at;
  }
}

test('free time is the union of waits for a person or a turn alone and of absences; what is shown is what is open', () => {
  let steps = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (sequence) => {
      const model = new Model();
      const real = new OpenWaits(() => model.at * tickMs);
      for (const next of sequence) {
        steps += 1;
        model.take(real, next);
        const open = new Set(model.open.map(({ kind }) => kind));
        assert.equal(real.freeMs, model.free.size * tickMs);
        assert.equal(real.personMs, model.person.size * tickMs);
        assert.ok(real.freeMs <= model.at * tickMs, 'never more than the time that went by');
        assert.deepEqual(real.waitingFor, open.has('person') ? failure : null);
        assert.equal(real.needsPerson, open.has('person') || open.has('decision'));
        const asked = open.has('decision') ? 'a person is asked' : null;
        const message = open.has('person') ? 'down; once that is fixed: retry' : asked;
        const turn = model.isFree ? turnMessage : null;
        assert.equal(real.message, message ?? (open.has('provider') ? 'the provider asks to wait' : turn));
        assert.equal(real.isFree, model.isFree);
      }
      for (const { close } of model.open) close();
      assert.deepEqual([real.waitingFor, real.message, real.isFree], [null, null, false]);
    }),
    { numRuns: 500 },
  );
  assert.ok(steps > 1000);
});

test('of two waits for a person, the one that is left is shown', () => {
  const real = new OpenWaits(() => 0);
  const closeFirst = real.open(waits.person);
  const second = { ...failure, message: 'the quota is spent' };
  const closeSecond = real.open({ kind: 'person', message: second.message, failure: second });
  assert.equal(real.waitingFor, failure);
  closeFirst();
  assert.equal(real.waitingFor, second);
  closeSecond();
  assert.equal(real.waitingFor, null);
});

/** Time that goes by only where something sleeps; each sleep ends late by what `lateness` has next. */
function fakeTimers(lateness: number[] = []) {
  const timers = { nowMs: 1_000_000, slept: [] as number[] };
  const given: Timers = {
    now: () => timers.nowMs,
    sleep: async (milliseconds) => {
      timers.slept.push(milliseconds);
      assert.ok(timers.slept.length < 10, 'the clock never ends');
      timers.nowMs += milliseconds + (lateness.shift() ?? 0);
    },
    until: () => Promise.reject(new Error('nothing waits for a person here')),
  };
  return { timers, given };
}

test('a timer that is minutes late gives back the time since the run was last seen, once', async () => {
  const { timers, given } = fakeTimers([3_600_000]);
  const real = new OpenWaits(given.now);
  real.open(waits.call);
  await untilSpent(real, 300_000, given);
  assert.deepEqual(timers.slept, [300_000, 300_000]);
  assert.equal(real.freeMs, 300_000 + 3_600_000);
});

test('a timer that is a minute late or less gives nothing back', async () => {
  const { timers, given } = fakeTimers([60_000]);
  await untilSpent(new OpenWaits(given.now), 300_000, given);
  assert.deepEqual(timers.slept, [300_000]);
});

test('the clock stands while the run waits for a person, and counts that interval once', async () => {
  const { timers, given } = fakeTimers();
  const real = new OpenWaits(given.now);
  timers.nowMs += 10_000;
  const closes = [real.open(waits.person), real.open(waits.person)];
  let stood = 0;
  const until = async (holds: () => boolean) => {
    stood += 1;
    timers.nowMs += 86_400_000;
    for (const close of closes) close();
    assert.ok(holds());
  };
  const startMs = timers.nowMs;
  await untilSpent(real, 50_000, { ...given, until });
  assert.equal(stood, 1);
  assert.equal(timers.nowMs - startMs, 50_000 + 86_400_000 + 50_000);
  assert.equal(real.freeMs, 50_000 + 86_400_000);
});

test('a worker that was away while the run waited for a person is not free time twice', async () => {
  const { timers, given } = fakeTimers([7_200_000]);
  const real = new OpenWaits(given.now);
  const close = real.open(waits.person);
  const until = async () => close();
  await untilSpent(real, 50_000, { ...given, until });
  assert.equal(real.freeMs, 50_000 + 7_200_000);
  assert.deepEqual(timers.slept, [50_000, 50_000]);
});
