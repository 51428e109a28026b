import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { checkout } from '../support/temporal.ts';

const run = promisify(execFile);

test('a worker killed again and again pays for no call twice, and the answer arrives', async () => {
  const { stdout } = await run(process.execPath, [join(checkout, 'bench/kills.ts'), '--kills', '3', '--json'], {
    cwd: checkout,
  });
  const counts = JSON.parse(stdout);
  assert.equal(counts.kills, 3);
  assert.ok(counts.calls > 5, 'calls were made');
  assert.equal(counts.sameAnswer, true);
  assert.equal(counts.repeatedAfterRecorded, 0);
  assert.equal(counts.repeatedAfterReceived, 0);
  assert.ok(counts.mostInFlightAKill <= 1);
});
