/** Datasets into other software's forms and back: nothing is lost, or what is lost is said. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fieldNames } from '../../../client/commands/evaluate/dataset-convert.ts';
import { DatasetQuestion } from '../../../contracts/dataset.ts';
import { readAllQuestions } from '../../../harness/dataset.ts';
import { Losses } from '../../../harness/dataset-formats/imported.ts';
import { fromLangfuseItem, toLangfuseItem } from '../../../harness/dataset-formats/langfuse-items.ts';
import {
  fromPromptfooCsv,
  fromPromptfooYaml,
  toPromptfooCsv,
  toPromptfooYaml,
} from '../../../harness/dataset-formats/promptfoo-files.ts';
import { fromSweBench, oldLines } from '../../../harness/dataset-formats/swebench.ts';
import { fromCsv, fromJsonLines, toCsv, toJsonLines } from '../../../harness/dataset-formats/tables.ts';
import { LangfuseStub } from '../../support/langfuse-stub.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';

const shipped = ['fastify', 'packages', 'demo'].flatMap((name) => {
  const file = join(import.meta.dirname, `../../../datasets/${name}.jsonl`);
  return readAllQuestions(readFileSync(file, 'utf8'), file);
});
const awkward = DatasetQuestion.parse({
  ...{
    id: 'awkward',
    question: 'What of "commas, quotes" and\nlines?',
    repository: '.',
    ref: 'v1',
    expected_route: 'docs',
  },
  ...{ kind: 'answerable', gold: { paths: ['a,b.md'], lines: { 'a,b.md': [[1, 2]] } } },
  must_mention: [['one, two', { text: 'three', match: 'code' }], { text: '^a+$', match: 'regex' }],
  forbidden_claims: [['never', 'ever']],
  origin: { source: 'heading', phrased_by: 'template', leak: 0.2, search_rank: null },
  review: { verdict: 'rejected', by: 'Ann', at: '2025-01-01T00:00:00Z', reason: 'odd' },
});
const all = [...shipped, awkward];
const defaults = { repository: null, ref: null, route: 'general' };

for (const [name, there] of Object.entries({
  'promptfoo YAML': (losses: Losses) => fromPromptfooYaml(toPromptfooYaml(all), 'a.yaml', defaults, losses),
  'promptfoo CSV': (losses: Losses) => fromPromptfooCsv(toPromptfooCsv(all), 'a.csv', defaults, losses),
  'JSON lines': (losses: Losses) =>
    fromJsonLines(toJsonLines(all, { question: 'prompt' }), 'a', { question: 'prompt' }, defaults, losses),
  CSV: (losses: Losses) => fromCsv(toCsv(all, { gold: 'places' }), 'a', { gold: 'places' }, defaults, losses),
  'Langfuse items': (losses: Losses) =>
    all.flatMap(
      (one) => fromLangfuseItem(JSON.parse(JSON.stringify(toLangfuseItem('set', one))), defaults, losses) ?? [],
    ),
}))
  test(`${name}: a round trip of every question that ships loses nothing`, () => {
    const losses = new Losses();
    assert.deepEqual(there(losses), all);
    assert.deepEqual(losses.lines, []);
  });

const own = { repository: '/r', ref: null, route: 'code' };

test('tests that promptfoo users wrote: their assertions become facts, and what cannot is named', () => {
  const yaml = `
tests:
  - vars: { input: How does it boil?, tone: kind }
    assert:
      - { type: icontains, value: water }
      - { type: contains-all, value: [boil, pour] }
      - { type: not-icontains, value: milk }
      - { type: llm-rubric, value: is polite }
      - { type: factuality, value: It boils water. }
`;
  const losses = new Losses();
  const [question] = fromPromptfooYaml(yaml, 'tests.yaml', own, losses);
  assert.equal(question?.question, 'How does it boil?');
  assert.deepEqual(
    question?.must_mention.map((fact) => fact.map(({ text, match }) => `${match} ${text}`)),
    [['words water'], ['code boil'], ['code pour']],
  );
  assert.deepEqual(question?.forbidden_claims, [[{ text: 'milk', match: 'words' }]]);
  assert.deepEqual([question?.reference_answer, question?.gold.paths], ['It boils water.', ['./']]);
  assert.deepEqual(losses.lines.length, 3);
  assert.match(losses.lines.join('\n'), /assertion of type llm-rubric/);
});

test('an assertion that was changed in promptfoo wins over what was kept', () => {
  const yaml = toPromptfooYaml([shipped[0] as DatasetQuestion]).replace('- req-', '- request-');
  const [question] = fromPromptfooYaml(yaml, 'a', defaults, new Losses());
  assert.equal(question?.must_mention[0]?.[0]?.text, 'request-');
  assert.equal(question?.gold.paths[0], shipped[0]?.gold.paths[0]);
});

test('what does not fit is named by its row', () => {
  assert.throws(
    () => fromJsonLines('{"question":"x"}', 'a.jsonl', {}, defaults, new Losses()),
    /a\.jsonl:1: .*--repository/,
  );
  assert.throws(() => fromCsv('question,kind\nx,maybe\n', 'a.csv', {}, own, new Losses()), /a\.csv: row 1: kind/);
  assert.throws(() => fromPromptfooYaml('{a: [', 'a.yaml', own, new Losses()), /a\.yaml cannot be read/);
});

test('an instance of SWE-bench: the report is asked, the old side of the patch is expected, hints are not shown', () => {
  const patch =
    'diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -10,3 +10,4 @@ def f():\n a\n-b\n+c\n+d\n e\ndiff --git a/n.py b/n.py\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+new\n';
  assert.deepEqual(oldLines(patch), { 'x.py': [[10, 12]] });
  const row = {
    instance_id: 'o__n-1',
    repo: 'o/n',
    base_commit: 'a'.repeat(40),
    problem_statement: 'It breaks.',
    hints_text: 'look at x.py',
    patch,
  };
  const losses = new Losses();
  const [question] = fromSweBench(JSON.stringify(row), 'a', { ...defaults, route: 'debug' }, losses);
  assert.deepEqual(
    [question?.repository, question?.ref, question?.gold.paths],
    ['https://github.com/o/n', 'a'.repeat(40), ['x.py']],
  );
  assert.ok(!JSON.stringify(question).includes('look at'));
  assert.deepEqual(losses.lines, ['1 × the field "hints_text"']);
});

test('the commands write a file once, and Langfuse gives back what it was sent', async () => {
  using temporary = temporaryFolder();
  const [set, back] = [join(temporary.path, 'set.jsonl'), join(temporary.path, 'back.jsonl')];
  writeFileSync(set, all.map((one) => `${JSON.stringify(one)}\n`).join(''));
  await using stub = await LangfuseStub.open();
  const env = { LANGFUSE_BASE_URL: stub.baseUrl, LANGFUSE_PUBLIC_KEY: 'pk-lf-stub', LANGFUSE_SECRET_KEY: 'sk-lf-stub' };
  const sent = await runInProcess(['dataset', 'export', set, '--format', 'langfuse', '--to', 'mine'], { env });
  assert.equal(sent.code, 0, sent.stderr);
  const got = await runInProcess(['dataset', 'import', 'mine', '--format', 'langfuse', '-o', back, '--json'], { env });
  assert.deepEqual([got.code, JSON.parse(got.stdout).losses], [0, []], got.stderr);
  assert.deepEqual(readAllQuestions(readFileSync(back, 'utf8'), back), all);
  const again = await runInProcess(['dataset', 'import', 'mine', '--format', 'langfuse', '-o', back], { env });
  assert.equal(again.code, 2);
});

test('the names that --map takes are the fields of a question', () => {
  assert.deepEqual(fieldNames.toSorted(), Object.keys(DatasetQuestion.shape).toSorted());
});
