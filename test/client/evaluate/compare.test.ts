import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Given, questionOf, recordOf, writeVariants, writeLines, wrong } from './variant-logs.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';

test('compare tells the verdict, the gates and the files, and exits with 100 where a gate is not met', async () => {
  using folder = temporaryFolder();
  const { dataset, log } = writeVariants(folder.path);
  const [junit, csv] = [join(folder.path, 'junit.xml'), join(folder.path, 'cells.csv')];
  const gates = ['--gate', 'verdict=justified', '--gate', 'cost<=0.005'];
  const end = await runInProcess([
    'compare',
    `${log}:single`,
    `${log}:split`,
    '--dataset',
    dataset,
    ...gates,
    '-o',
    junit,
    '-o',
    csv,
  ]);
  assert.equal(end.stderr, '');
  assert.match(end.stdout, /^verdict: justified: better in accuracy of \(all\)/m);
  assert.match(end.stdout, /^gate met: verdict=justified: the verdict is justified$/m);
  assert.match(end.stdout, /^gate NOT MET: cost<=0.005: cost is 0.01, the bound 0.005$/m);
  assert.equal(end.code, 100);
  assert.match(readFileSync(junit, 'utf8'), /<testcase classname="gate" name="cost&lt;=0.005"><failure/);
  assert.match(readFileSync(csv, 'utf8'), /^\(all\),accuracy,60,30,0.5,1,0.5,/m);
});

test('a margin that the difference does not reach takes the win away', async () => {
  using folder = temporaryFolder();
  const { dataset, log } = writeVariants(folder.path);
  const margins = ['--margin', 'accuracy=0.5', '--margin', 'route=0.5', '--margin', 'accuracy@code=0.45'];
  const end = await runInProcess([
    'compare',
    `${log}:single`,
    `${log}:split`,
    '--dataset',
    dataset,
    '--json',
    ...margins,
  ]);
  const { plan, verdict, gates } = JSON.parse(end.stdout);
  assert.deepEqual([plan.margins.accuracy, plan.margins.routes], [0.5, { code: 0.45 }]);
  assert.deepEqual([verdict.kind, gates, end.code], ['justified', [], 0]);
  assert.ok(verdict.better.length > 0);
  assert.ok(verdict.better.every(({ dimension }: { dimension: string }) => dimension === 'accuracy'));
});

test('signals names what speaks for a split, with the questions', async () => {
  using folder = temporaryFolder();
  const { dataset, log } = writeVariants(folder.path, 40);
  const end = await runInProcess(['signals', log, '--variant', 'single', '--dataset', dataset, '--json']);
  const { variant, records, quality_gap, advice } = JSON.parse(end.stdout);
  assert.deepEqual([variant, records, quality_gap.found, advice], ['single', 40, 'absent', 'do-not-split']);
  const told = await runInProcess(['signals', `${log}:single`, '--dataset', dataset]);
  assert.match(told.stdout, /^single, 40 records: none of the signals is present: do not split$/m);
  assert.match(told.stdout, /^ {2}code: 50.0 % of 20 right; wrong: q0, q4/m);
});

const mistakes: { name: string; rows: (Given | string)[]; given?: string[]; says: RegExp }[] = [
  { name: 'a field that is missing', rows: [{ variant: 'single' }], says: /log\.jsonl:1: question_id: / },
  {
    name: 'a duplicate',
    rows: [recordOf(0, 'single'), recordOf(0, 'single')],
    says: /log\.jsonl:2: question "q0" of variant "single", trial 1, stands on line 1 already/,
  },
  {
    name: 'a log of two datasets',
    rows: [recordOf(0, 'single'), recordOf(1, 'single', { dataset: 'd-2' })],
    says: /log\.jsonl:2: dataset "d-2", but line 1 has "d-1"/,
  },
  {
    name: 'a cost that is no number',
    rows: [JSON.stringify(recordOf(0, 'single')).replace('0.01', 'NaN')],
    says: /log\.jsonl:1: is not JSON: NaN is no number in JSON, write null for what is not known/,
  },
  {
    name: 'a log of several variants',
    rows: [recordOf(0, 'a'), recordOf(0, 'b')],
    says: /several variants \(a, b\): name one/,
  },
  {
    name: 'a variant that is not there',
    rows: [recordOf(0, 'single')],
    given: [':other'],
    says: /has no variant "other", but single/,
  },
  { name: 'an empty log', rows: [], says: /log\.jsonl has no records/ },
  { name: 'a log of another dataset', rows: [recordOf(99, 'single')], says: /has no question "q99"/ },
];

for (const { name, rows, given = [''], says } of mistakes)
  test(`compare refuses ${name} in one line`, async () => {
    using folder = temporaryFolder();
    const { dataset, log: fine } = writeVariants(folder.path, 4);
    const log = writeLines(folder.path, 'log.jsonl', rows);
    const end = await runInProcess(['compare', `${fine}:split`, `${log}${given[0]}`, '--dataset', dataset]);
    assert.match(end.stderr, says);
    assert.match(end.stderr, /^switchyard: [^\n]+\n$/);
    assert.deepEqual([end.code, end.stdout], [2, '']);
  });

test('logs of two datasets are not comparable; one that names none answers the dataset of the other', async () => {
  using folder = temporaryFolder();
  const places = [...Array(30).keys()];
  const dataset = writeLines(folder.path, 'dataset.jsonl', places.map(questionOf));
  const write = (name: string, more: Given) =>
    writeLines(
      folder.path,
      name,
      places.map((at) => recordOf(at, name, { ...more, ...(at % 3 ? {} : wrong) })),
    );
  const [one, other, none] = [write('one', {}), write('other', { dataset: 'd-2' }), write('none', { dataset: null })];
  const verdictOf = async (baseline: string) => {
    const end = await runInProcess(['compare', baseline, one, '--dataset', dataset, '--json']);
    return JSON.parse(end.stdout).verdict;
  };
  assert.deepEqual(await verdictOf(other), {
    kind: 'not-comparable',
    reasons: ['the datasets differ: d-2 against d-1'],
  });
  assert.equal((await verdictOf(none)).kind, 'undecided');
});

for (const [given, says] of [
  [['--margin', 'speed=1'], /it must be accuracy=0.02/],
  [['--margin', 'accuracy=2'], /out of range/],
  [['--gate', 'accuracy~1'], /cannot read the gate "accuracy~1"/],
  [['-o', 'report.pdf'], /must end with/],
] as const)
  test(`compare ${given.join(' ')} is told before a file is opened`, async () => {
    const end = await runInProcess(['compare', 'a', 'b', '--dataset', 'c', ...given]);
    assert.match(end.stderr, says);
    assert.equal(end.code, 2);
  });

test('grade says what the log does not, and names a field that it does not read, once', async () => {
  using folder = temporaryFolder();
  const dataset = writeLines(folder.path, 'dataset.jsonl', [0, 1, 2].map(questionOf));
  const silent = { tools_called: undefined, tools_caled: [] };
  const rows = [
    recordOf(0, 'foreign', silent),
    recordOf(1, 'foreign', silent),
    { question_id: 'q2', variant: 'foreign' },
  ];
  const log = writeLines(folder.path, 'log.jsonl', rows);
  const end = await runInProcess(['grade', log, '--dataset', dataset]);
  assert.match(end.stderr, /^warning: [^\n]*log\.jsonl:1: unknown field "tools_caled" is not read[^\n]*\n$/);
  assert.match(end.stdout, /^foreign: 2 of 2 right/m);
  assert.match(end.stdout, /^ {2}unknown +1$/m);
  assert.match(end.stdout, /^ {2}right file +2 of 2$/m);
  assert.match(end.stdout, /^ {2}right lines +unknown; right answers on them unknown$/m);
  assert.match(end.stdout, /^ {2}tool calls +unknown$/m);
  assert.match(end.stdout, /^ {2}not said by 3 of 3 records: tools_called$/m);
  assert.match(end.stdout, /^ {2}not said by 1 of 3 records: outcome, final_answer and error$/m);
  assert.equal(end.code, 0);
});

test('a known field of a wrong type is refused with its line and name', async () => {
  using folder = temporaryFolder();
  const dataset = writeLines(folder.path, 'dataset.jsonl', [0].map(questionOf));
  const log = writeLines(folder.path, 'log.jsonl', ['', recordOf(0, 'foreign', { tools_called: 3 })]);
  const end = await runInProcess(['grade', log, '--dataset', dataset]);
  assert.match(end.stderr, /^switchyard: [^\n]*log\.jsonl:2: tools_called: [^\n]*\n$/);
  assert.equal(end.code, 2);
});
