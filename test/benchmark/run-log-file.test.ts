import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RunLogFile } from '../../activities/run-log-file.ts';
import { historyPath } from '../../activities/save-history.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';

function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-run-log-'));
  const file = join(folder, 'run-log.jsonl');
  const ids = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => (line === '' ? '' : JSON.parse(line).question_id));
  return { file, ids, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const record = (question_id: string, trial = 1) => RunLogRecord.parse({ question_id, arm: 'a', trial });

test('a record is written once, however often and from wherever it is handed in', async () => {
  using place = scene();
  const [one, other] = [new RunLogFile(place.file), new RunLogFile(place.file)];
  const written = await Promise.all([one.append(record('q1')), one.append(record('q1')), one.append(record('q1', 2))]);
  assert.deepEqual(written, [true, false, true]);
  assert.equal(await other.append(record('q1')), false);
  assert.equal(await other.append(record('q2')), true);
  assert.equal(await one.has({ question_id: 'q2', arm: 'a', trial: 1 }), true);
  assert.equal(await one.has({ question_id: 'q2', arm: 'b', trial: 1 }), false);
  assert.deepEqual(place.ids(), ['q1', 'q1', 'q2', '']);
});

test('a line that a kill has cut off is gone once the next one is written', async () => {
  using place = scene();
  await new RunLogFile(place.file).append(record('q1'));
  appendFileSync(place.file, '{"question_id":"q2","arm":"a","tri');
  const log = new RunLogFile(place.file);
  assert.equal(await log.has({ question_id: 'q2', arm: 'a', trial: 1 }), false);
  assert.equal(await log.append(record('q2')), true);
  assert.deepEqual(place.ids(), ['q1', 'q2', '']);
});

test('histories of different runs never share a file, and every name is safe', () => {
  const ids = ['b/arm/q/1', 'b/arm/q_1/1', 'b/arm/q/1/1', 'b/arm/../1', `b/arm/${'x'.repeat(300)}/1`, 'b/arm/q\n/1'];
  const paths = ids.map(historyPath);
  assert.equal(paths[0], 'histories/b_arm_q_1.json.gz');
  assert.equal(new Set(paths).size, ids.length);
  for (const path of paths) assert.match(path, /^histories\/[A-Za-z0-9._-]{1,240}$/);
});
