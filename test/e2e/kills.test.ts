import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { checkout } from '../support/temporal.ts';

const run = promisify(execFile);

test('a worker killed again and again pays for no call twice, and the answer arrives', async () => {
  const { stdout } = await run(
    process.execPath,
    [join(checkout, 'bench/durability/kills.ts'), '--kills', '3', '--json'],
    {
      cwd: checkout,
    },
  );
  const counts = JSON.parse(stdout);
  assert.equal(counts.kills, 3);
  assert.ok(counts.calls > 5, 'calls were made');
  assert.equal(counts.sameAnswer, true);
  assert.equal(counts.repeatedAfterRecorded, 0);
  assert.equal(counts.repeatedAfterReceived, 0);
  assert.ok(counts.mostInFlightAKill <= 1);
});

test('a benchmark whose server and worker are killed has the same grades, and pays for no call twice', async () => {
  const given = [join(checkout, 'bench/durability/benchmark-kills.ts'), '--kills', '1', '--questions', '3', '--json'];
  const { stdout } = await run(process.execPath, given, { cwd: checkout });
  const counts = JSON.parse(stdout);
  assert.deepEqual([counts.records, counts.workerKills, counts.serverKills], [6, 1, 1]);
  assert.ok(counts.calls > 12, 'calls were made');
  assert.equal(counts.sameGrades, true);
  assert.equal(counts.repeatedAfterRecorded, 0);
  assert.equal(counts.repeatedAfterReceived, 0);
});
