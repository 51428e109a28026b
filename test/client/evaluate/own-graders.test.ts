/** Graders of one's own, by module and by program: what they say stands in grade, compare, JUnit, summary and report. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadGraders } from '../../../client/evaluate/own-graders.ts';
import { programGrader } from '../../../client/evaluate/program-grader.ts';
import { aQuestion, aRecord } from '../../harness/graded-case.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';
import { questionOf, recordOf, writeLines, writeVariants } from './variant-logs.ts';

function writeModule(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const brief = `export const graders = {
  brief: ({ variant, final_answer }) => ({ score: variant === 'single' ? 0.25 : 1, reason: final_answer.length + ' <letters>' }),
  knows: ({ question_id }, { id }) => (question_id === id ? true : null),
};`;

test('what a module says is kept beside the log, and stands in grade, compare, gates, JUnit, summary and report', async () => {
  using folder = temporaryFolder();
  const { dataset, log } = writeVariants(folder.path, 60);
  const module = writeModule(folder.path, 'brief.mjs', brief);
  const before = readFileSync(log, 'utf8');
  const graded = await runInProcess(['grade', log, '--dataset', dataset, '--grader', module]);
  assert.equal(graded.code, 0, graded.stderr);
  assert.match(graded.stdout, /^ {2}grader brief: 25\.0 % of 60 records'$/m);
  assert.match(graded.stdout, /^ {2}grader knows: 100\.0 % of 60 records'$/m);
  assert.equal(readFileSync(log, 'utf8'), before, 'records are never changed');

  const rows = (await runInProcess(['grade', `${log}:single`, '--dataset', dataset, '--json'])).stdout.split('\n');
  assert.deepEqual(JSON.parse(rows[0] ?? '').scores, [
    { grader: 'brief', score: 0.25, reason: '8 <letters>' },
    { grader: 'knows', score: 1, reason: null },
  ]);

  const file = (name: string) => join(folder.path, name);
  const compared = await runInProcess([
    ...['compare', `${log}:single`, `${log}:split`, '--dataset', dataset],
    ...['--gate', 'score@brief>=baseline+0.5', '--gate', 'score@knows<1'],
    ...['-o', file('junit.xml'), '-o', file('report.html'), '--summary', file('summary.md')],
  ]);
  assert.equal(compared.code, 100, compared.stderr);
  assert.match(
    compared.stdout,
    /^grader brief: baseline 25\.0 %, candidate 100\.0 %, \+75\.0 points \(.*\) on 60 questions$/m,
  );
  assert.match(compared.stdout, /^gate met: score@brief>=baseline\+0\.5: score is 1, the bound 0\.75$/m);
  assert.match(compared.stdout, /^gate NOT MET: score@knows<1: /m);
  const [junit, report, summary] = ['junit.xml', 'report.html', 'summary.md'].map((name) =>
    readFileSync(file(name), 'utf8'),
  );
  assert.match(junit ?? '', /classname="grader" name="grader brief"><(system-out|skipped)/);
  assert.match(junit ?? '', /name="question q0"><system-out>baseline: wrong, brief 0\.25[^<]*8 &lt;letters&gt;/);
  assert.match(report ?? '', /<li>brief 0\.25 \(8 &lt;letters&gt;\)<\/li>/);
  assert.match(report ?? '', /<li>grader brief: baseline 25\.0 %/);
  assert.match(summary ?? '', /^- grader `brief`: baseline 25\.0 %/m);

  const decided = ['compare', `${log}:single`, `${log}:split`, '--dataset', dataset, '--json', '--decided-by'];
  const { cells } = JSON.parse((await runInProcess([...decided, 'brief'])).stdout);
  assert.deepEqual([cells[0].dimension, cells[0].baseline, cells[0].candidate], ['accuracy', 0.25, 1]);
  const nobody = await runInProcess([...decided, 'nobody']);
  assert.match(nobody.stderr, /--decided-by names the grader "nobody", .*there are brief, knows/);
  assert.equal(nobody.code, 2);
});

test('scores of an answer that the log no longer has do not count, and a foreign log may bring its own', async () => {
  using folder = temporaryFolder();
  const dataset = writeLines(folder.path, 'dataset.jsonl', [0, 1].map(questionOf));
  const own = { scores: [{ grader: 'theirs', score: 0.5 }] };
  const log = writeLines(folder.path, 'log.jsonl', [recordOf(0, 'a', own), recordOf(1, 'a')]);
  const module = writeModule(folder.path, 'sure.mjs', 'export const grade = () => true;');
  const grade = async (...more: string[]) => await runInProcess(['grade', log, '--dataset', dataset, ...more]);
  assert.match(
    (await grade('--grader', module)).stdout,
    /grader theirs: 50\.0 % of 1 [\s\S]*grader sure: 100\.0 % of 2 /,
  );
  writeLines(folder.path, 'log.jsonl', [recordOf(0, 'a', own), recordOf(1, 'a', { final_answer: 'Other.' })]);
  const again = await grade();
  assert.match(again.stdout, /grader sure: 100\.0 % of 1 /);
  assert.match(again.stderr, /^warning: \S+log\.scores\.jsonl has scores of other answers/m);
});

test('a grader that fails on a record gives it no score, and the command ends with 1', async () => {
  using folder = temporaryFolder();
  const dataset = writeLines(folder.path, 'dataset.jsonl', [0, 1].map(questionOf));
  const log = writeLines(folder.path, 'log.jsonl', [recordOf(0, 'a'), recordOf(1, 'a')]);
  const picky = `export function grade({ question_id }) { if (question_id === 'q1') throw new Error('no network'); return 1; }`;
  const end = await runInProcess([
    'grade',
    log,
    '--dataset',
    dataset,
    '--grader',
    writeModule(folder.path, 'picky.mjs', picky),
  ]);
  assert.match(end.stderr, /^the grader "picky" failed on 1 records, .*question "q1" of a, trial 1: no network$/m);
  assert.match(end.stdout, /grader picky: 100\.0 % of 1 records'/);
  assert.equal(end.code, 1);
});

for (const [given, says] of [
  ['nothing.mjs', /there is no such file/],
  ['grader.py', /must be a module \(\.ts, .*or NAME=PROGRAM/],
  ['odd=["a",1]', /a program is words, or a JSON list of texts/],
] as const)
  test(`--grader ${given} is told before a log is opened`, async () => {
    const end = await runInProcess(['grade', 'log.jsonl', '--dataset', 'd.jsonl', '--grader', given]);
    assert.match(end.stderr, says);
    assert.equal(end.code, 2);
  });

test('a module without graders, one that does not load, and two of one name are refused', async () => {
  using folder = temporaryFolder();
  const none = writeModule(folder.path, 'none.mjs', 'export const grader = 1;');
  await assert.rejects(loadGraders([none]), /must export "graders"/);
  const broken = writeModule(folder.path, 'broken.mjs', 'throw new Error("on purpose");');
  await assert.rejects(loadGraders([broken]), /cannot be loaded: on purpose/);
  await assert.rejects(loadGraders(['a=true', 'a=false']), /two graders named "a"/);
});

const program = (script: string, limits = { seconds: 20, bytes: 1000 }) =>
  programGrader(['/bin/sh', '-c', script], limits)(aRecord(), aQuestion());

test('a program reads one line with record and question, and writes one with its score', async () => {
  const counted = await program(`IFS= read -r line; case "$line" in
    '{"record":{"question_id":"q1",'*'"question":{"id":"q1",'*) echo '{"score": 0.5, "reason": "$(true)"}';; esac`);
  assert.deepEqual(counted, { score: 0.5, reason: '$(true)' });
});

for (const [what, script, says] of [
  ['that says nothing', 'true', /^it wrote nothing$/],
  ['that says no JSON', 'echo hello', /^it wrote no JSON line$/],
  ['that fails', 'echo why >&2; exit 3', /^it ended with exit code 3: why$/],
  ['that never stops talking', 'while :; do echo 1234567890; done', /^it wrote more than 1000 bytes$/],
] as const)
  test(`a program ${what} is the grader's failure`, async () => {
    await assert.rejects(async () => program(script), { message: says });
  });

test('a program that is not there is named', async () => {
  const grader = programGrader(['/no/such/program']);
  await assert.rejects(async () => grader(aRecord(), aQuestion()), {
    message: /^there is no program \/no\/such\/program/,
  });
});

test('a program that hangs is ended in time, with what it has started', async () => {
  await assert.rejects(async () => program('sleep 600 & sleep 600', { seconds: 0.2, bytes: 10 }), {
    message: 'it took more than 0.2 s',
  });
});
