/** Where a dataset's repositories are, and which of its questions are asked. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderOf, formerPlaces, formerRoot, placeOf } from '../../../client/evaluate/dataset-repository.ts';
import type { DatasetQuestion } from '../../../contracts/dataset.ts';
import { readAllQuestions, readDataset } from '../../../harness/dataset.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';

const line = (more: object) =>
  JSON.stringify({
    ...{ id: 'q', question: 'What boils?', repository: 'kettle', expected_route: 'code', kind: 'answerable' },
    ...{ gold: { paths: ['a.js'] }, ...more },
  });

test('a repository is relative to the dataset, absolute, or a URL; one of Switchyard itself is found as before, with a remark', () => {
  using temporary = temporaryFolder();
  const folder = temporary.path;
  mkdirSync(join(folder, 'kettle'));
  const place = (repository: string, ref: string | null = null) => placeOf({ repository, ref }, folder);
  assert.deepEqual(place('kettle', 'v1'), { repo: join(folder, 'kettle'), ref: 'v1' });
  assert.deepEqual(place('/somewhere/else'), { repo: '/somewhere/else' });
  assert.deepEqual(place('https://example.org/a/b'), { repo: 'https://example.org/a/b' });
  assert.deepEqual(place('node_modules/fastify'), { repo: join(formerRoot, 'node_modules/fastify') });
  assert.deepEqual(place('gone'), { repo: join(folder, 'gone') });
  const named = (repository: string) => ({ repository }) as DatasetQuestion;
  const remarks = formerPlaces(['kettle', 'node_modules/fastify', 'node_modules/fastify'].map(named), folder);
  assert.equal(remarks.length, 1);
  assert.match(remarks[0] ?? '', /^"node_modules\/fastify" is relative to Switchyard's own folder/);
  assert.equal(folderOf(join(folder, 'set.jsonl')), folder);
});

test('a question that was rejected is read, and never asked', () => {
  const review = { verdict: 'rejected', by: 'Ann', at: '2025-01-01T00:00:00Z', reason: 'trivial' };
  const text = `${line({})}\n${line({ id: 'r', review })}\n`;
  assert.deepEqual(
    readAllQuestions(text, 'd').map(({ id }) => id),
    ['q', 'r'],
  );
  assert.deepEqual(
    readDataset(text, 'd').map(({ id }) => id),
    ['q'],
  );
  assert.throws(() => readDataset(line({ review }), 'd'), /no question that was not rejected/);
});

test('dataset check reads the repository beside the file', async () => {
  using temporary = temporaryFolder();
  const folder = temporary.path;
  mkdirSync(join(folder, 'kettle'));
  writeFileSync(join(folder, 'kettle/a.js'), 'boil();\n');
  const file = join(folder, 'set.jsonl');
  writeFileSync(file, `${line({})}\n`);
  const { code, stdout, stderr } = await runInProcess(['dataset', 'check', file, '--json'], {
    env: { SWITCHYARD_HOME: join(folder, 'home') },
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout).reviewed, { made: 0, reviewed: 0 });
});

test('dataset check tells every line that cannot be read, how to write a folder, and that few questions give no verdict', async () => {
  using temporary = temporaryFolder();
  const folder = temporary.path;
  mkdirSync(join(folder, 'kettle/lib'), { recursive: true });
  writeFileSync(join(folder, 'kettle/lib/a.js'), 'boil();\n');
  const file = join(folder, 'set.jsonl');
  const check = (...given: string[]) =>
    runInProcess(['dataset', 'check', file, ...given], { env: { SWITCHYARD_HOME: join(folder, 'home') } });
  writeFileSync(file, `${line({ kind: 'maybe' })}\n\n${line({})}\n${line({})}\n{\n`);
  const broken = await check();
  assert.match(
    broken.stdout,
    /set\.jsonl:1: kind: [^\n]+\n[^\n]+set\.jsonl:4: id "q" stands on line 3 already\n[^\n]+set\.jsonl:5: is not JSON\n$/,
  );
  assert.equal(broken.code, 2);
  assert.equal(JSON.parse((await check('--json')).stdout).problems.length, 3);
  writeFileSync(file, `${line({ gold: { paths: ['lib'] } })}\n`);
  const few = await check();
  assert.match(few.stdout, /^problem: q: \S+ has no file lib, but a folder: write lib\/$/m);
  assert.match(few.stdout, /^note: 1 question in all: below 20, a comparison gives no verdict$/m);
  assert.equal(few.code, 1);
});
