import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSession } from '../../application/session/session.ts';
import { loadConfig } from '../../config/load-config.ts';
import { runSwitchyard, temporaryFolder } from '../client/run-command.ts';
import { runInProcess } from '../client/run-in-process.ts';
import { keysWithCapitals } from '../client/snake-keys.ts';
import { checkout, temporalExecutable } from '../support/temporal.ts';

async function dataDirectoryOf(folder: string) {
  return { SWITCHYARD_HOME: folder, SWITCHYARD_TEMPORAL_EXECUTABLE: await temporalExecutable() };
}

test('bench run says first what it will take, asks both variants, and leaves a log that can be graded', async () => {
  using dataDirectory = temporaryFolder();
  const env = await dataDirectoryOf(dataDirectory.path);
  // The commands join one runtime: starting another is most of what one takes.
  Object.assign(process.env, env);
  const about = { need: 'worker' as const, onProgress: () => {}, signal: new AbortController().signal };
  await using _runtime = await openSession({ settings: loadConfig(env), ...about });
  const dataset = join(checkout, 'examples/continuous-integration/questions.jsonl');
  const given = ['bench', 'run', '--dataset', dataset, '--questions', '2', '--name', 'two', '--json'];
  const first = await runSwitchyard(given, { env });
  const { stdout, stderr } = first;
  assert.equal(first.code, 0, stderr);
  assert.match(stderr, /variants +single-agent \(the baseline\), orchestrated\n/);
  assert.match(stderr, /runs +4, about \d+ model calls/);
  const end = JSON.parse(stdout);
  assert.deepEqual([end.ending, end.done, end.offline], ['finished', 4, true]);
  const log = join(end.folder, 'run-log.jsonl');
  const records = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(records.length, 4);
  assert.deepEqual(keysWithCapitals([end, records]), []);
  for (const { links } of records) assert.ok(existsSync(join(end.folder, links.history)));
  for (const file of [end.report, end.memo]) assert.ok(existsSync(file), 'the report and the memo are written');

  const graded = await runInProcess(['grade', log, '--dataset', join(end.folder, 'dataset.jsonl'), '--json'], { env });
  const summary = JSON.parse(graded.stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.equal(summary.variants.length, 2);
  for (const { variant, correct } of summary.variants) assert.equal(correct, end.tally.variants[variant].right);

  const seen = async (...look: string[]) => {
    const { code, stdout, stderr } = await runInProcess([...look, '--json'], { env });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const [runs, ofIt, status] = [
    await seen('runs'),
    await seen('runs', '--benchmark', 'two'),
    await seen('bench', 'status', 'two'),
  ];
  assert.deepEqual(runs, [], 'the runs of a benchmark are listed with it');
  assert.equal(ofIt.length, 4);
  assert.deepEqual(keysWithCapitals([ofIt, status]), []);

  const rerun = await seen('bench', 'rerun', 'two', '--question', records[0].question_id, '--name', 'again');
  assert.deepEqual([rerun.ending, rerun.done], ['finished', 2]);
  assert.equal(rerun.tally.usage.reused.model_calls, rerun.tally.usage.model_calls, 'nothing is paid again');

  const done = await seen('exercise', '--dataset', dataset, '--questions', '1');
  assert.equal(done.placeholders[0].selected.length, 1);
  assert.deepEqual([done.wanted_agreement, done.routers[0].n], [0.8, 2]);
  assert.match(done.routers[0].verdict, /^The course's checkpoint, more than 80\.0 %, is (not )?reached: /);
  assert.deepEqual(
    done.questions[0].answers.map(({ variant }: { variant: string }) => variant),
    ['single-agent', 'orchestrated'],
  );
  assert.ok(done.questions[0].compared.some(({ part }: { part: string }) => part === 'overhead'));
  assert.match(done.memo, /^# Is the split justified\?/);
  assert.deepEqual(keysWithCapitals([rerun, done]), []);

  const again = await runInProcess(given, { env });
  assert.equal(again.code, 2);
  assert.match(again.stderr, /already a benchmark two: .*bench resume two/);
});

test('a benchmark that may cost more than its limit does not start where nobody can be asked', async () => {
  using dataDirectory = temporaryFolder();
  const env = { ...(await dataDirectoryOf(dataDirectory.path)), OPENAI_API_KEY: 'sk-not-a-key' };
  const { code, stderr } = await runInProcess(['bench', 'run', '--limit', '0.01'], { env });
  assert.equal(code, 2);
  assert.match(stderr, /runs +128, about \d+ model calls/);
  assert.match(stderr, /likely stop at its limit of \$0\.01, before all is asked: add --yes/);
  assert.equal(existsSync(join(dataDirectory.path, 'benchmarks')), false);
});
