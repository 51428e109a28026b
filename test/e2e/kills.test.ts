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
    [join(checkout, 'bench/durability/kills.ts'), '--kills', '2', '--json'],
    {
      cwd: checkout,
    },
  );
  const counts = JSON.parse(stdout);
  assert.equal(counts.kills, 2);
  assert.ok(counts.calls > 5, 'calls were made');
  assert.equal(counts.same_answer, true);
  assert.equal(counts.repeated_after_recorded, 0);
  assert.equal(counts.repeated_after_received, 0);
  assert.ok(counts.most_in_flight_a_kill <= 1);
});

test('a benchmark whose server and worker are killed has the same grades, and pays for no call twice', async () => {
  const given = [join(checkout, 'bench/durability/benchmark-kills.ts'), '--kills', '1', '--questions', '2', '--json'];
  const { stdout } = await run(process.execPath, given, { cwd: checkout });
  const counts = JSON.parse(stdout);
  assert.deepEqual([counts.records, counts.worker_kills, counts.server_kills], [4, 1, 1]);
  assert.ok(counts.calls > 8, 'calls were made');
  assert.equal(counts.same_grades, true);
  assert.equal(counts.repeated_after_recorded, 0);
  assert.equal(counts.repeated_after_received, 0);
});
