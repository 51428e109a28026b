import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { checkout } from '../support/temporal.ts';

const run = promisify(execFile);

/** A repository of 12 files: to read one is little beside what is killed. */
const repository = 'node_modules/commander';
const questions = ['How are option flags parsed?', 'Which class throws CommanderError?'];

async function countsOf(script: string, ...given: string[]) {
  const file = join(checkout, 'bench/durability', script);
  const { stdout } = await run(process.execPath, [file, '--json', ...given], { cwd: checkout });
  return JSON.parse(stdout);
}

test('a worker killed again and again pays for no call twice, and the answer arrives', async () => {
  const [question = ''] = questions;
  const counts = await countsOf('kills.ts', '--kills', '2', '--question', question, '--repository', repository);
  assert.equal(counts.kills, 2);
  assert.ok(counts.calls > 5, 'calls were made');
  assert.equal(counts.same_answer, true);
  assert.equal(counts.repeated_after_recorded, 0);
  assert.equal(counts.repeated_after_received, 0);
  assert.ok(counts.most_in_flight_a_kill <= 1);
});

test('a benchmark whose server and worker are killed has the same grades, and pays for no call twice', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-kills-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const dataset = join(folder, 'commander.jsonl');
  const lines = questions.map((question, at) => {
    const about = { id: `q${at}`, question, repository, expected_route: 'code', kind: 'answerable' };
    return JSON.stringify({ ...about, gold: { paths: ['lib/option.js', 'lib/error.js'] } });
  });
  writeFileSync(dataset, lines.join('\n'));
  const counts = await countsOf('benchmark-kills.ts', '--kills', '1', '--questions', '2', '--dataset', dataset);
  assert.deepEqual([counts.records, counts.worker_kills, counts.server_kills], [4, 1, 1]);
  assert.ok(counts.calls > 8, 'calls were made');
  assert.equal(counts.same_grades, true);
  assert.equal(counts.repeated_after_recorded, 0);
  assert.equal(counts.repeated_after_received, 0);
});
