import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { graders } from '../../harness/graders/graders.ts';
import { labelRules } from '../../harness/labels.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/evaluation.md'), 'utf8');
const firstColumn = (title: string) => {
  const section = text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `?(\w+)`? \|/gm)].map((match) => match[1]).slice(1);
};

test('the documented rules are those of the table, in its order', () => {
  assert.deepEqual(
    firstColumn('Labels'),
    labelRules.map(({ label }) => label),
  );
});

test('every grader is documented', () => {
  assert.deepEqual(firstColumn('Graders'), Object.keys(graders));
});
