/** A wording that right answers to other questions hold is stated by chance: it stays only where somebody says so. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkDataset, sharedWordings } from '../../harness/dataset-check.ts';
import { readAllQuestions } from '../../harness/dataset.ts';
import { aQuestion } from './graded-case.ts';

const folder = join(import.meta.dirname, '../../datasets');
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

for (const file of files)
  test(`${file}: no expected wording is in the reference answer of another question, unless declared`, () => {
    assert.deepEqual(sharedWordings(readAllQuestions(readFileSync(join(folder, file), 'utf8'), file)), []);
  });

const words = (text: string) => [{ text, match: 'words' as const }];

test('a wording that another reference answer holds is noted with both questions', () => {
  const one = aQuestion({ id: 'one', must_mention: [words('default')], reference_answer: 'The default.' });
  const other = aQuestion({ id: 'other', must_mention: [words('hook')], reference_answer: 'A hook, by default.' });
  const findings = sharedWordings([one, other]);
  assert.deepEqual(
    findings.map(({ level, question }) => ({ level, question })),
    [{ level: 'note', question: 'one' }],
  );
  assert.match(findings[0]?.what ?? '', /"default".*other/);
  assert.deepEqual(sharedWordings([{ ...one, shared_wordings: ['default'] }, other]), []);
  assert.ok(checkDataset([one, other]).some(({ what }) => what === findings[0]?.what));
});

test('a declaration that fits no match is noted', () => {
  const one = aQuestion({ id: 'one', must_mention: [words('default')], shared_wordings: ['default'] });
  assert.match(sharedWordings([one])[0]?.what ?? '', /"default" in shared_wordings/);
});

test('questions about another repository count, too', () => {
  const one = aQuestion({ id: 'one', must_mention: [words('fifo')], reference_answer: 'fifo' });
  const other = aQuestion({ id: 'other', repository: '/elsewhere', must_mention: [], reference_answer: 'A fifo.' });
  assert.equal(sharedWordings([one, other]).length, 1);
});
