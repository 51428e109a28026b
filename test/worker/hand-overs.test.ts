import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ExportInput } from '../../contracts/trace.ts';
import { HandOvers } from '../../worker/traces/hand-overs.ts';

const run = (at: number): ExportInput => ({ workflowId: `w${at}`, runId: `r${at}` });

/** A register in memory, and an exporter that can be away. */
function place() {
  const [written, signals] = [new Set<string>(), [] as string[][]];
  const exporter = { isAway: false };
  const register = {
    addEnding: ({ runId }: ExportInput) => {
      written.add(runId);
      return () => void written.delete(runId);
    },
  };
  const handOvers = new HandOvers(register, async (runs) => {
    if (exporter.isAway) throw new Error('away');
    signals.push(runs.map(({ runId }) => runId));
  });
  return { written, signals, exporter, handOvers };
}

test('runs that end within two seconds share a signal, and stay in the register until it was sent', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { written, signals, handOvers } = place();
  await handOvers.soon(run(1));
  assert.deepEqual([[...written], signals], [['r1'], []]);
  t.mock.timers.tick(300);
  await turn();
  assert.deepEqual([[...written], signals], [[], [['r1']]]);
  await handOvers.soon(run(2));
  t.mock.timers.tick(1_000);
  await handOvers.soon(run(3));
  await turn();
  assert.equal(signals.length, 1);
  t.mock.timers.tick(1_000);
  await turn();
  assert.deepEqual([[...written], signals.at(-1)], [[], ['r2', 'r3']]);
});

test('an exporter that cannot be told is told later, and at once when the worker stops', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { written, signals, exporter, handOvers } = place();
  exporter.isAway = true;
  await handOvers.soon(run(1));
  t.mock.timers.tick(300);
  await turn();
  await assert.rejects(handOvers.flush(), /away/);
  assert.deepEqual([...written], ['r1']);
  exporter.isAway = false;
  t.mock.timers.tick(2_000);
  await turn();
  assert.deepEqual([[...written], signals], [[], [['r1']]]);
  await handOvers.soon(run(2));
  await handOvers.flush();
  assert.deepEqual([[...written], signals.at(-1)], [[], ['r2']]);
});

test('where nothing can be written down the exporter is told at once', async () => {
  const told: ExportInput[][] = [];
  const handOvers = new HandOvers({ addEnding: () => null }, async (runs) => void told.push(runs));
  await handOvers.soon(run(1));
  assert.deepEqual(told, [[run(1)]]);
  const failing = new HandOvers({ addEnding: () => null }, () => Promise.reject(new Error('away')));
  await assert.rejects(failing.soon(run(1)), /away/);
});
