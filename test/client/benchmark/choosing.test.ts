/** Which questions a benchmark asks, and which of them it asks again: no server, no model. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { questionFilter, type QuestionFilter } from '../../../client/input/option-values.ts';
import { filtered } from '../../../client/benchmark/choosing/question-filter.ts';
import { questionsOfBenchmark } from '../../../client/benchmark/benchmark-folder.ts';
import { dataPaths } from '../../../config/data-paths.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';
import { writeBenchmark } from './benchmark-folder.ts';

/** A data directory with one benchmark of eight questions, two of whose runs broke. */
function withBenchmark(dataDirectory: string) {
  const folder = join(dataPaths(dataDirectory).benchmarks, 'b-1');
  writeBenchmark(folder, {
    questions: 8,
    change: (record, at) =>
      record.variant === 'orchestrated' && (at === 2 || at === 5)
        ? { ...record, outcome: null, error: { kind: null, message: 'the server was gone', setting: null } }
        : record,
  });
  return folder;
}

const filters = (...given: string[]): QuestionFilter[] =>
  given.reduce<QuestionFilter[] | undefined>((before, text) => questionFilter(text, before), undefined) ?? [];

test('filters choose by fields of the dataset, all of them together', async () => {
  using home = temporaryFolder();
  const questions = await questionsOfBenchmark(withBenchmark(home.path));
  const ids = async (...given: string[]) =>
    (await filtered(questions, filters(...given), home.path)).map(({ id }) => id.replace('q-', '')).join(' ');
  assert.equal(await ids('route=code'), '0 4');
  assert.equal(await ids('route=code,docs'), '0 1 4 5');
  assert.equal(await ids('route!=code,docs', 'id!=q-7'), '2 3 6');
  assert.equal(await ids('text=(6)'), '6');
  assert.equal(await ids('text=WHICH ERROR', 'kind=answerable', 'split=dev', 'id=q-1,q-2'), '1 2');
  await assert.rejects(ids('route=design'), /--filter route=design leaves no question: there are code, debug/);
  await assert.rejects(ids('kind=unanswerable'), /there are answerable/);
  await assert.rejects(ids('tag=x'), /none has one/);
  for (const wrong of ['route', 'colour=red', 'route=', 'route>code'])
    assert.throws(() => questionFilter(wrong, undefined), /It must be KEY=VALUE/);
});

test('filters choose by the labels that the last benchmark with these questions has given', async () => {
  using home = temporaryFolder();
  const questions = await questionsOfBenchmark(withBenchmark(home.path));
  const ids = async (...given: string[]) =>
    (await filtered(questions, filters(...given), home.path)).map(({ id }) => id.replace('q-', '')).join(' ');
  assert.equal(await ids('label=error'), '2 5');
  assert.equal(await ids('label=error@b-1', 'route=docs'), '5');
  assert.equal(await ids('label!=error'), '0 1 3 4 6 7');
  await assert.rejects(ids('label=slow'), /there is no label slow; there are correct/);
  await assert.rejects(ids('label=error@b-9'), /no benchmark b-9/);
  const others = questions.map((question) => ({ ...question, question: `${question.question} Or not?` }));
  await assert.rejects(filtered(others, filters('label=error'), home.path), /have no labels/);
});

test('rerun refuses what gives nothing to ask, before anything is started', async () => {
  using home = temporaryFolder();
  const env = { SWITCHYARD_HOME: home.path };
  withBenchmark(home.path);
  const wrong = async (...given: string[]) => {
    const { code, stderr } = await runInProcess(['bench', 'rerun', ...given], { env });
    assert.equal(code, 2, stderr);
    return stderr;
  };
  assert.match(await wrong('b-1'), /say what is to be asked again/);
  assert.match(await wrong('b-9', '--failed'), /no benchmark b-9/);
  assert.match(await wrong('b-1', '--question', 'q-99'), /has no question "q-99"/);
  assert.match(await wrong('b-1', '--label', 'right_abstention'), /nothing to ask again/);
  assert.match(await wrong('b-1', '--failed', '--pipeline', 'nowhere.json'), /nowhere\.json/);
});

test('benchmarks are listed with what they found and no server, oldest first', async () => {
  using home = temporaryFolder();
  const env = { SWITCHYARD_HOME: home.path };
  const none = await runInProcess(['bench', 'list'], { env });
  assert.deepEqual([none.code, none.stdout], [0, '']);
  assert.match(none.stderr, /there are no benchmarks yet/);
  withBenchmark(home.path);
  const { code, stdout } = await runInProcess(['bench', 'list', '--json'], { env });
  assert.equal(code, 0);
  const listed = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual([listed.id, listed.questions, listed.runs, listed.done, listed.failed], ['b-1', 8, 16, 16, 2]);
  assert.deepEqual(Object.keys(listed.variants as object), ['single-agent', 'orchestrated']);
  const shown = await runInProcess(['bench', 'list'], { env });
  assert.match(shown.stdout, /^b-1 +2026-11-26 01:00 · 8 of made-up 0123456789ab · right: single-agent \d+ %, /);
});
