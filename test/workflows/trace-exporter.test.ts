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
  return { clock, exporter };
}

const runs = (many: number, from = 0): ExportInput[] =>
  Array.from({ length: many }, (_, at) => ({ workflowId: `w${from + at}`, runId: `r${from + at}` }));

/** All that may be begun now. */
function begun(exporter: TraceExporter): WaitingExport[] {
  const all: WaitingExport[] = [];
  for (let next = exporter.next(); next !== null; next = exporter.next()) all.push(next);
  return all;
}

test('a bounded number is sent side by side, and a run is taken once, while it waits, while it is sent and after', () => {
  const { exporter } = exporterWith();
  exporter.take(runs(20));
  exporter.take(runs(20));
  const first = begun(exporter);
  assert.equal(first.length, 8);
  exporter.take(runs(20));
  for (const run of first) exporter.done(run);
  exporter.take(runs(20));
  assert.equal(exporter.state().waiting.length, 12);
  assert.equal(exporter.state().sent, 8);
});

test('while where traces go is away one run at a time finds out whether it is back, at longer and longer intervals', () => {
  const { clock, exporter } = exporterWith();
  exporter.take(runs(20));
  for (const run of begun(exporter)) exporter.failed(run, isAway);
  assert.deepEqual(begun(exporter), []);
  assert.match(clock.told, /nobody listens/);
  const waits: number[] = [];
  for (let tries = 0; tries < 8; tries += 1) {
    waits.push((exporter.msUntilNext() ?? 0) / second);
    clock.nowMs += exporter.msUntilNext() ?? 0;
    const [probe, ...others] = begun(exporter);
    assert.deepEqual(others, []);
    if (probe) exporter.failed(probe, isAway);
  }
  assert.deepEqual(waits, [15, 30, 60, 120, 240, 300, 300, 300]);
  clock.nowMs += 300 * second;
  const [back] = begun(exporter);
  assert.ok(back);
  exporter.done(back);
  assert.equal(begun(exporter).length, 8);
  assert.equal(exporter.state().problem, null);
});

test('a run that fails alone goes behind the others, keeps what has arrived of it, and is put aside after a week', () => {
  const { clock, exporter } = exporterWith({ runsOfExecution: 10_000 });
  exporter.take(runs(1));
  const until = clock.nowMs + 7 * day;
  let tries = 0;
  for (let from = 1; exporter.state().aside.length === 0; from += 1) {
    exporter.take(runs(1, from));
    for (const run of begun(exporter)) {
      if (run.runId !== 'r0') exporter.done(run);
      else {
        assert.equal(run.failed?.sent ?? 0, tries === 0 ? 0 : 3);
        exporter.failed(run, { ...isAway, sent: 3, reason: '500' });
        tries += 1;
      }
    }
    assert.ok(clock.nowMs < until + day);
    clock.nowMs += 600 * second;
  }
  assert.deepEqual(exporter.state().aside, [{ workflowId: 'w0', runId: 'r0', reason: '500' }]);
  assert.ok(exporter.state().sent > 900);
});

test('what no further try can mend is put aside at once; a run that goes on waits alone', () => {
  const { clock, exporter } = exporterWith();
  exporter.take(runs(3));
  const [first, second_, third] = begun(exporter);
  assert.ok(first && second_ && third);
  assert.equal(exporter.failed(first, { ...isAway, forGood: true, reason: 'refused' }), 'aside');
  assert.equal(exporter.failed(second_, { ...isAway, ofOthers: false, reason: 'it goes on' }), 'later');
  exporter.done(third);
  exporter.take(runs(1));
  exporter.take(runs(8, 10));
  assert.equal(begun(exporter).length, 8, 'the one put aside is not taken again, and the other holds up nobody');
  clock.nowMs += 15 * second;
  assert.match(clock.told, /put aside.*refused/);
});

test('it goes on in a new execution once nothing is being sent, with all that it knows', () => {
  const { clock, exporter } = exporterWith({ runsOfExecution: 10 });
  exporter.take(runs(12));
  const first = begun(exporter);
  for (const run of first) exporter.done(run);
  const more = begun(exporter);
  assert.deepEqual([more.length, exporter.mustContinue()], [2, false]);
  for (const run of more) exporter.done(run);
  assert.deepEqual(begun(exporter), []);
  assert.equal(exporter.mustContinue(), true);
  assert.equal(exporter.msUntilNext(), null);
  const next = exporterWith(exporter.carry()).exporter;
  next.take(runs(12));
  assert.deepEqual(
    begun(next).map(({ runId }) => runId),
    ['r10', 'r11'],
  );
  clock.isLong = true;
  assert.equal(exporter.carry().sent, 10);
});

test('what waits beyond the measure of an execution is split off, the oldest first', () => {
  const { exporter } = exporterWith();
  exporter.take(runs(3200));
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
  const { clock, exporter } = exporterWith({ idleSeconds: 60 });
  clock.nowMs += 59 * second;
  exporter.take(runs(1));
  clock.nowMs += 60 * second;
  assert.equal(exporter.idleForLong(), false);
  const [run] = begun(exporter);
  assert.ok(run);
  exporter.done(run);
  assert.deepEqual([exporter.idleForLong(), exporter.msUntilIdleForLong()], [false, 60 * second]);
  clock.nowMs += 60 * second;
  assert.equal(exporter.idleForLong(), true);
});

test('anybody may send a signal: what is no run is left out', () => {
  const { exporter } = exporterWith();
  for (const nonsense of [null, 'run', 7, [null, 3, { workflowId: 7, runId: '' }, { workflowId: 'w' }]])
    exporter.take(nonsense);
  assert.deepEqual(exporter.state().waiting, []);
});
