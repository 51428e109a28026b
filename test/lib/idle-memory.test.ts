/** A process that waits gives its garbage back, and one that works is left alone. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const module = join(import.meta.dirname, '../../lib/idle-memory.ts');

/** Leaves garbage, does something meanwhile, and tells the MiB of its heap before and after. */
async function heapOf(forMs: number, meanwhile: string): Promise<{ before: number; after: number }> {
  const program = `
    import { setTimeout as pause } from 'node:timers/promises';
    import { giveBackWhenIdle } from ${JSON.stringify(module)};
    const mib = () => process.memoryUsage().heapTotal / 2 ** 20;
    using looks = giveBackWhenIdle(100);
    let kept = Array.from({ length: 400_000 }, (_, at) => ({ at, text: 'line ' + at }));
    const before = mib();
    kept = null;
    const endMs = Date.now() + ${forMs};
    ${meanwhile}
    console.log(JSON.stringify({ before, after: mib() }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout) as { before: number; after: number };
}

test('what was left is given back once nothing is done', async () => {
  const { before, after } = await heapOf(20_000, 'while (Date.now() < endMs && mib() > before / 3) await pause(50);');
  assert.ok(before > 30, `${before} MiB`);
  assert.ok(after < before / 3, `${before} MiB, then ${after}`);
});

test('a process that works is not stopped for it', async () => {
  const busy =
    'while (Date.now() < endMs) { await pause(1); for (const endMs = Date.now() + 5; Date.now() < endMs; ); }';
  const { before, after } = await heapOf(1_500, busy);
  assert.ok(after > before / 2, `${before} MiB, then ${after}`);
});
