import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { completion } from '../../support/scripted-server/scripted-server-reply.ts';
import { type RecordedRequest, startScriptedServer } from '../../support/scripted-server/scripted-server.ts';
import { mainFile, temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';
import { keysWithCapitals } from '../snake-keys.ts';

const gold = {
  kind: 'answerable',
  gold: { paths: ['lib/a.js'] },
  must_mention: ['counter'],
  repository: 'node_modules/a',
};
const question = (id: string) => ({ id, question: `What is ${id}?`, expected_route: 'code', ...gold });
const record = (id: string, final_answer: string | null) => ({
  question_id: id,
  variant: 'a',
  question: `What is ${id}?`,
  final_answer,
  outcome: 'answered',
  evidence: [{ path: 'lib/a.js', first_line: 1, last_line: 2, status: 'verified' }],
});

/** Strict finds every answer wrong, kind every one right; the third model talks about something else. */
function reply(request: RecordedRequest) {
  const { model } = request.body;
  if (model === 'chatty') return { body: completion({ text: 'What a question!', model: 'chatty' }) };
  const criteria = [...request.text.matchAll(/\\n(\d+)\. /g)].map(([, number]) => [number, model === 'kind'] as const);
  const text = JSON.stringify({ criteria: Object.fromEntries(criteria), reason: `said by ${String(model)}` });
  return { body: completion({ text, model: String(model) }) };
}

/** As `reply`; the careless one calls right whatever mentions a counter, or half of the time else, by the order of the criteria. */
function carelessReply(request: RecordedRequest) {
  if (request.body.model !== 'careless') return reply(request);
  const criteria = [...request.text.matchAll(/\\n(\d+)\. /g)].map(([, number]) => number);
  const answersFirst = /\\n1\. It answers/.test(request.text);
  const met = /<answer>[^<]*counter/.test(request.text) || (answersFirst && /<answer>[^<]*lucky/.test(request.text));
  const text = JSON.stringify({ criteria: Object.fromEntries(criteria.map((number) => [number, met])), reason: 'so' });
  return { body: completion({ text, model: 'careless-2026-11' }) };
}

const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

test('models grade what the log holds: failures are told, rates corrected by a calibration, and the report has it all', async () => {
  await using server = await startScriptedServer({ reply: carelessReply });
  using folder = temporaryFolder();
  const [log, dataset] = [join(folder.path, 'log.jsonl'), join(folder.path, 'dataset.jsonl')];
  writeFileSync(dataset, lines(['q1', 'q2', 'q3'].map(question)));
  writeFileSync(log, lines([record('q1', 'A counter.'), record('q2', 'A clock.'), record('q3', null)]));
  const env = { SWITCHYARD_HOME: folder.path, OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: server.url };
  const run = (...given: string[]) => runInProcess([...given, '--dataset', dataset], { env });
  const parsed = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  const judges = ['strict', 'kind', 'chatty'].flatMap((judge) => ['--judge', judge]);
  const { code, stdout, stderr } = await run('judge', log, '--json', ...judges);
  assert.equal(code, 1, 'one of them has judged nothing');
  assert.match(stderr, /^chatty failed on all 2 answers: the reply holds no whole JSON object$/m);
  const [first, second, summary, ...rest] = parsed(stdout);
  assert.deepEqual(keysWithCapitals([first, summary], ['panel.failures']), []);
  assert.deepEqual(rest, [], 'the record without an answer has nothing to judge');
  assert.deepEqual([first.graded, second.graded], [true, false]);
  assert.deepEqual(
    first.votes.map(({ judge, correct }: { judge: string; correct: boolean | null }) => [judge, correct]),
    [
      ['strict', false],
      ['kind', true],
      ['chatty', null],
    ],
  );
  assert.equal(first.judged, null, 'one against one is a tie');
  assert.deepEqual(summary.panel.failures, { chatty: 2 });
  assert.deepEqual([summary.panel.unanimous, summary.panel.shared], [0, 2]);
  assert.deepEqual(summary.rates[0], {
    ...{ variant: 'a', judge: 'strict', right: 0, judged: 2, calibrated: false, corrected: null },
  });
  assert.match((await run('grade', log)).stdout, /^ {2}grader judge:kind:uncalibrated: 100\.0 % of 2 records'$/m);

  const labels = join(folder.path, 'labels.jsonl');
  const label = (question_id: string, answer: string | null, correct: boolean | null, at: number) => ({
    ...{ question_id, answer, correct, by: `person ${at}` },
  });
  writeFileSync(
    labels,
    lines([
      ...Array.from({ length: 20 }, (_, at) => label('q1', at < 18 ? 'a counter' : 'a lucky clock', true, at)),
      ...Array.from({ length: 19 }, (_, at) => label('q2', at < 3 ? 'a counter' : 'a clock', false, at)),
      label('q2', null, false, 99),
      label('q3', 'nobody has looked', null, 100),
    ]),
  );
  const calibrated = await run('judge', 'calibrate', '--labels', labels, '--log', log, '--judge', 'careless', '--json');
  assert.equal(calibrated.code, 0, calibrated.stderr);
  assert.match(calibrated.stderr, /^1 lines are not labelled yet/m);
  const [found] = parsed(calibrated.stdout);
  assert.deepEqual([found.judge, found.model, found.judged], ['careless', 'careless-2026-11', 40]);
  assert.ok([18, 20].includes(found.true_positive.yes) && found.true_positive.n === 20);
  assert.deepEqual([found.false_positive.yes, found.false_positive.n], [3, 20]);
  assert.deepEqual([found.order.yes, found.order.n, found.retest.yes], [2, 40, 0]);
  assert.deepEqual(keysWithCapitals(found, []), []);
  const again = await run('judge', log, '--judge', 'careless');
  assert.match(
    again.stdout,
    /^a: careless calls 1 of 2 right; corrected by its calibration \d+\.\d % \(\d+\.\d % to \d+\.\d %\)$/m,
  );
  assert.match((await run('grade', log)).stdout, /grader judge:careless: 50\.0 % of 2 records'/);
});

test('the offline model cannot judge, and neither can labels without an answer', async () => {
  using folder = temporaryFolder();
  const env = { SWITCHYARD_HOME: folder.path };
  for (const given of [['log.jsonl'], ['calibrate', '--labels', 'labels.jsonl']]) {
    const end = await runInProcess(['judge', ...given, '--dataset', 'd.jsonl'], { env });
    assert.match(end.stderr, /^switchyard: the offline model cannot judge: [^\n]+\n$/);
    assert.equal(end.code, 2);
  }
  const [dataset, labels] = [join(folder.path, 'dataset.jsonl'), join(folder.path, 'labels.jsonl')];
  writeFileSync(dataset, lines([question('q1')]));
  const calibrate = async (row: unknown) => {
    writeFileSync(labels, lines([row]));
    const given = ['judge', 'calibrate', '--labels', labels, '--dataset', dataset];
    return (await runInProcess(given, { env: { ...env, OPENAI_API_KEY: 'sk-test' } })).stderr;
  };
  assert.match(await calibrate({ question_id: 'q1', correct: true }), /the label of "q1" has no answer, and no --log/);
  assert.match(await calibrate({ question_id: 'q9', correct: true, answer: 'x' }), /has no question "q9"/);
  assert.match(await calibrate({ question_id: 'q1', correct: null, answer: 'x' }), /nothing is labelled/);
  assert.match(await calibrate({ question_id: 'q1', right: true }), /labels\.jsonl:1: /);
});

test('judges give up their calls when the command that wanted them is killed', { timeout: 120_000 }, async () => {
  await using server = await startScriptedServer({ reply: () => ({ fault: 'hang' }) });
  using folder = temporaryFolder();
  const [log, dataset] = [join(folder.path, 'log.jsonl'), join(folder.path, 'dataset.jsonl')];
  writeFileSync(dataset, `${JSON.stringify(question('q1'))}\n`);
  writeFileSync(log, `${JSON.stringify(record('q1', 'A counter.'))}\n`);
  const settings = { SWITCHYARD_HOME: folder.path, OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: server.url };
  const command = spawn(process.execPath, [mainFile, 'judge', log, '--dataset', dataset, '--judge', 'strict'], {
    env: { ...process.env, ...settings },
    stdio: 'ignore',
  });
  const request = await server.request(0);
  command.kill('SIGKILL');
  assert.equal(await request.ended, 'aborted');
});
