import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExporterInput, type ExportInput, type WaitingExport } from '../../contracts/trace.ts';
import { TraceExporter, type Trouble } from '../../workflows/export-traces/exporter.ts';

const second = 1000;
const day = 24 * 3600 * second;
const isAway: Trouble = { reason: 'nobody listens', sent: 0, forGood: false, ofOthers: true };

/** An exporter by a clock of its own. */
function exporterWith(input: Partial<ExporterInput> = {}) {
  const clock = { nowMs: 1_700_000_000_000, isLong: false, told: '' };
  const exporter = new TraceExporter(ExporterInput.parse(input), {
    nowMs: () => clock.nowMs,
    isLong: () => clock.isLong,
    tell: (details) => {
      clock.told = details;
    },
  });
  const take = (given: unknown) => exporter.take(given);
  return { clock, exporter, take };
}

const runs = (many: number, from = 0): ExportInput[] =>
  Array.from({ length: many }, (_, at) => ({ workflowId: `w${from + at}`, runId: `r${from + at}` }));

/** All batches that may be begun now. */
function begun(exporter: TraceExporter): WaitingExport[][] {
  const all: WaitingExport[][] = [];
  for (let next = exporter.next(); next !== null; next = exporter.next()) all.push(next);
  return all;
}

function done(exporter: TraceExporter, batch: readonly WaitingExport[]): void {
  for (const run of batch) exporter.done(run);
  exporter.batchOver();
}

function failed(exporter: TraceExporter, batch: readonly WaitingExport[], trouble: Trouble): void {
  for (const run of batch) exporter.failed(run, trouble);
  exporter.batchOver();
}

test('a bounded number of batches is sent side by side, and a run is taken once, while it waits, is sent and after', () => {
  const { exporter, take } = exporterWith({ runsOfExecution: 10_000 });
  take(runs(200));
  take(runs(200));
  const first = begun(exporter);
  assert.deepEqual(
    first.map((batch) => batch.length),
    Array.from({ length: 8 }, () => 20),
  );
  take(runs(200));
  for (const batch of first) done(exporter, batch);
  take(runs(200));
  assert.equal(exporter.state().waiting.length, 40);
  assert.equal(exporter.state().sent, 160);
});

test('a run that ends alone is sent at once; those of the next second are sent together', () => {
  const { clock, exporter } = exporterWith();
  exporter.take(runs(1));
  assert.deepEqual(
    begun(exporter).map((batch) => batch.length),
    [1],
  );
  exporter.take(runs(3, 1));
  clock.nowMs += 0.5 * second;
  exporter.take(runs(2, 4));
  assert.deepEqual([begun(exporter), exporter.msUntilNext()], [[], 0.5 * second]);
  clock.nowMs += 0.5 * second;
  assert.deepEqual(
    begun(exporter).map((batch) => batch.length),
    [5],
  );
  exporter.take(runs(20, 6));
  assert.equal(begun(exporter)[0]?.length, 20, 'a full batch waits for nothing');
});

test('while where traces go is away one run at a time finds out whether it is back, at longer and longer intervals', () => {
  const { clock, exporter, take } = exporterWith();
  take(runs(40));
  for (const batch of begun(exporter)) failed(exporter, batch, isAway);
  assert.deepEqual(begun(exporter), []);
  assert.match(clock.told, /nobody listens/);
  const waits: number[] = [];
  for (let tries = 0; tries < 8; tries += 1) {
    waits.push((exporter.msUntilNext() ?? 0) / second);
    clock.nowMs += exporter.msUntilNext() ?? 0;
    const [probe, ...others] = begun(exporter);
    assert.deepEqual([probe?.length, others], [1, []]);
    if (probe) failed(exporter, probe, isAway);
  }
  assert.deepEqual(waits, [15, 30, 60, 120, 240, 300, 300, 300]);
  clock.nowMs += 600 * second;
  const [back] = begun(exporter);
  assert.ok(back);
  done(exporter, back);
  assert.equal(begun(exporter).flat().length, 20);
  assert.equal(exporter.state().problem, null);
});

test('a run that fails alone goes behind the others, keeps what has arrived of it, and is put aside after a week', () => {
  const { clock, exporter, take } = exporterWith({ runsOfExecution: 10_000 });
  take(runs(1));
  const until = clock.nowMs + 7 * day;
  let tries = 0;
  for (let from = 1; exporter.state().aside.length === 0; from += 1) {
    take(runs(1, from));
    for (const batch of begun(exporter)) {
      for (const run of batch) {
        if (run.runId !== 'r0') exporter.done(run);
        else {
          assert.equal(run.failed?.sent ?? 0, tries === 0 ? 0 : 3);
          exporter.failed(run, { ...isAway, sent: 3, reason: '500' });
          tries += 1;
        }
      }
      exporter.batchOver();
    }
    assert.ok(clock.nowMs < until + day);
    clock.nowMs += 600 * second;
  }
  assert.deepEqual(exporter.state().aside, [{ workflowId: 'w0', runId: 'r0', reason: '500' }]);
  assert.ok(exporter.state().sent > 900);
});

test('what no further try can mend is put aside at once; a run that goes on waits alone, until it is handed over again', () => {
  const { clock, exporter, take } = exporterWith();
  take(runs(3));
  const [[first, second_, third] = []] = begun(exporter);
  assert.ok(first && second_ && third);
  assert.equal(exporter.failed(first, { ...isAway, forGood: true, reason: 'refused' }), 'aside');
  assert.equal(exporter.failed(second_, { ...isAway, ofOthers: false, reason: 'it goes on' }), 'later');
  exporter.done(third);
  exporter.batchOver();
  take(runs(1));
  take(runs(8, 10));
  clock.nowMs += 2 * second;
  const [others = []] = begun(exporter);
  assert.deepEqual([others.length, others.at(-1)?.runId], [9, 'r1'], 'the one put aside is not taken again');
  assert.match(clock.told, /put aside.*refused/);
  done(exporter, others.slice(0, 8));
  let [goesOn] = others.slice(8);
  for (const waitSeconds of [2, 4, 8, 16]) {
    assert.ok(goesOn);
    exporter.failed(goesOn, { ...isAway, ofOthers: false, reason: 'it goes on' });
    if (waitSeconds === 16) break;
    clock.nowMs += waitSeconds * second;
    goesOn = begun(exporter)[0]?.[0];
    exporter.batchOver();
  }
  clock.nowMs += 3 * second;
  assert.deepEqual(begun(exporter), []);
  take([second_]);
  assert.deepEqual(begun(exporter).flat()[0]?.runId, 'r1');
});

test('it goes on in a new execution once nothing is being sent, with all that it knows', () => {
  const { clock, exporter, take } = exporterWith({ runsOfExecution: 10 });
  take(runs(32));
  const [first = []] = begun(exporter);
  assert.deepEqual([first.length, exporter.mustContinue()], [10, false]);
  done(exporter, first);
  clock.nowMs += 60 * second;
  assert.deepEqual(begun(exporter), []);
  assert.equal(exporter.mustContinue(), true);
  assert.equal(exporter.msUntilNext(), null);
  const { exporter: next, take: takeNext } = exporterWith({ ...exporter.carry(), runsOfExecution: 100 });
  takeNext(runs(32));
  assert.deepEqual(
    begun(next)
      .flat()
      .map(({ runId }) => runId)
      .slice(0, 2),
    ['r10', 'r11'],
  );
  clock.isLong = true;
  assert.equal(exporter.carry().sent, 10);
});

test('what waits beyond the measure of an execution is split off, the oldest first', () => {
  const { exporter, take } = exporterWith();
  take(runs(3200));
  const parts = exporter.surplus();
  assert.deepEqual(
    parts.map((part) => [part.length, part[0]?.runId]),
    [
      [1500, 'r0'],
      [1500, 'r1500'],
    ],
  );
  assert.equal(exporter.carry().waiting.length, 200);
});

test('it is idle for long only after its whole idle time without a run', () => {
  const { clock, exporter, take } = exporterWith({ idleSeconds: 60 });
  clock.nowMs += 59 * second;
  take(runs(1));
  clock.nowMs += 60 * second;
  assert.equal(exporter.idleForLong(), false);
  const [batch] = begun(exporter);
  assert.ok(batch);
  done(exporter, batch);
  assert.deepEqual([exporter.idleForLong(), exporter.msUntilIdleForLong()], [false, 60 * second]);
  clock.nowMs += 60 * second;
  assert.equal(exporter.idleForLong(), true);
});

test('anybody may send a signal: what is no run is left out', () => {
  const { exporter, take } = exporterWith();
  for (const nonsense of [null, 'run', 7, [null, 3, { workflowId: 7, runId: '' }, { workflowId: 'w' }]]) take(nonsense);
  assert.deepEqual(exporter.state().waiting, []);
});
