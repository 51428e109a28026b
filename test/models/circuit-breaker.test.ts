/** When an endpoint that does not answer is left alone, and how one call finds out that it is back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChatReply } from '../../contracts/chat.ts';
import type { OpenCircuit } from '../../contracts/model/circuit.ts';
import { CircuitOpen, ModelFailure } from '../../models/chat-model.ts';
import { withCircuits } from '../../models/circuit-breaker.ts';
import { chatReply } from '../support/replies.ts';
import { question } from './chat-scene.ts';

type End = 'answer' | 'outage' | 'time-out' | 'refusal' | 'busy' | 'unusable' | 'given-up';

const errors: Record<Exclude<End, 'answer'>, Error> = {
  outage: new ModelFailure('ModelUnavailable', 'down', { status: 503 }),
  'time-out': new ModelFailure('ModelTimedOut', 'slow'),
  refusal: new ModelFailure('ModelRequestRefused', 'no', { status: 400 }),
  busy: new ModelFailure('ModelBusy', 'slow down', { status: 429 }),
  unusable: new ModelFailure('ModelUnavailable', 'the reply is not JSON', { status: 200 }),
  'given-up': new Error('aborted'),
};
const isOutage = (end: End) => end === 'outage' || end === 'time-out';

/** A model whose calls end when and as the test says. */
function scene(failures: number, seconds: number) {
  const time = { nowMs: 0 };
  const inFlight: ((end: End) => void)[] = [];
  let open: readonly OpenCircuit[] = [];
  const modelByRole = { router: 'a', specialist: 'a', judge: 'a', synthesizer: 'a' };
  const chat = () =>
    new Promise<ChatReply>((resolve, reject) => {
      inFlight.push((end) => (end === 'answer' ? resolve(chatReply('yes')) : reject(errors[end])));
    });
  const model = withCircuits(
    { chat },
    {
      ...{ settings: { failures, seconds }, endpoint: 'http://here/v1', modelByRole, now: () => time.nowMs },
      onChange: (now) => {
        open = now;
      },
    },
  );
  const call = (name: string | null = null) => {
    const options = { signal: new AbortController().signal, callId: 'c' };
    return model.chat({ ...question(), model: name }, options).then(
      () => 'answered' as const,
      (error: unknown) => error as Error,
    );
  };
  const settle = async (end: End, at = 0) => {
    inFlight.splice(at, 1)[0]?.(end);
    await new Promise(setImmediate);
  };
  return { time, inFlight, call, settle, open: () => open };
}

test('it opens after so many failures in a row, is silent for its time, and one call alone tries it again', async () => {
  const { time, inFlight, call, settle, open } = scene(3, 10);
  for (const end of ['outage', 'time-out', 'answer', 'outage', 'refusal', 'time-out', 'outage'] as const) {
    void call();
    await settle(end);
  }
  assert.deepEqual(open(), [], 'an answer or a refusal ends the row');
  void call();
  await settle('outage');
  assert.deepEqual(
    open().map(({ model, failures, openedMs, probeMs }) => [model, failures, openedMs, probeMs]),
    [['a', 3, 0, 10_000]],
  );
  const refused = await call();
  assert.ok(refused instanceof CircuitOpen);
  assert.deepEqual([refused.kind, refused.notBeforeMs, inFlight.length], ['ModelUnavailable', 10_000, 0]);
  assert.match(
    refused.message,
    /^a at http:\/\/here\/v1 is left alone: 3 calls in a row have failed; tried again in 10 s/,
  );
  void call('another');
  assert.equal(inFlight.length, 1, 'another model of the endpoint has a circuit of its own');
  await settle('answer');
  time.nowMs = 10_000;
  void call();
  assert.ok((await call()) instanceof CircuitOpen, 'one call alone');
  assert.equal(inFlight.length, 1);
  await settle('given-up');
  void call();
  assert.equal(inFlight.length, 1, 'what its caller gave up decides nothing');
  await settle('outage');
  assert.equal(open()[0]?.probeMs, 30_000, 'twice as long');
  time.nowMs = 30_000;
  void call();
  await settle('answer');
  assert.deepEqual(open(), []);
});

test('whatever happens, an endpoint that is out is asked by the calls in flight and one more in each of its times', async () => {
  const step = fc.record({
    waits: fc.integer({ min: 0, max: 8000 }),
    begins: fc.integer({ min: 0, max: 4 }),
    end: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom<End>('outage', 'time-out') },
      { weight: 1, arbitrary: fc.constantFrom<End>('answer', 'refusal', 'busy', 'unusable', 'given-up') },
    ),
    at: fc.nat(5),
  });
  let opened = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const { time, inFlight, call, settle, open } = scene(3, 5);
      let row = 0;
      for (const { waits, begins, end, at } of steps) {
        time.nowMs += waits;
        const [before, wasOpen] = [inFlight.length, open()[0] ?? null];
        for (let begun = 0; begun < begins; begun += 1) void call();
        const sent = inFlight.length - before;
        if (wasOpen === null) assert.equal(sent, begins, 'a closed circuit stops nothing');
        else assert.ok(sent <= (wasOpen.probeMs <= time.nowMs ? 1 : 0), 'an open one lets one through, in its time');
        if (inFlight.length === 0) continue;
        await settle(end, at % inFlight.length);
        row = isOutage(end) ? row + 1 : end === 'given-up' ? row : 0;
        if (wasOpen === null) assert.equal(open().length, row >= 3 ? 1 : 0);
        if (row === 0) assert.equal(open().length, 0, 'whoever answers is there');
        opened += wasOpen === null ? open().length : 0;
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(opened > 20);
});

test('without a number of failures there is no circuit', async () => {
  const { call, settle, open } = scene(0, 5);
  for (let failed = 0; failed < 30; failed += 1) {
    void call();
    await settle('outage');
  }
  assert.deepEqual(open(), []);
});
