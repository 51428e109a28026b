/** Commands on one data directory, whose runtime has a server of its own: `switchyard gc`, and a benchmark on what it has left. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import type { Session } from '../../application/session/session.ts';
import { openContent } from '../../retrieval/store/content-store.ts';
import { storedContent } from '../../retrieval/store/content-sweep.ts';
import { storedRepositories } from '../../retrieval/store/store-sweep.ts';
import { storeFile } from '../../retrieval/store/store.ts';
import { temporaryFolder } from '../client/run-command.ts';
import { runInProcess } from '../client/run-in-process.ts';
import { keysWithCapitals } from '../client/snake-keys.ts';
import { makeContentOld } from '../retrieval/scratch.ts';
import { checkout, temporalExecutable } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { keepRuntime, newPlace, type Place } from './place.ts';

type Usage = { count: number; bytes: number };
type Row = { kind: string; before: Usage; removed: { count: number }; after: Usage };

/** The commands join one runtime: starting another is most of what one takes. */
let place: Place;
let session: Session;
before(async () => {
  place = await newPlace();
  session = await keepRuntime(place);
});
after(async () => {
  await session[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

async function gc(run: Place['here'], ...more: string[]): Promise<{ rows: Map<string, Row>; notes: string[] }> {
  const { code, stdout, stderr } = await run('gc', '--json', ...more);
  assert.equal(code, 0, stderr);
  const { kinds, notes } = JSON.parse(stdout) as { kinds: Row[]; notes: string[] };
  return { rows: new Map(kinds.map((row) => [row.kind, row])), notes };
}

async function ask({ here }: Place, question: string): Promise<string> {
  const { code, stdout, stderr } = await here('ask', question, '--repo', 'node_modules/commander', '--json');
  assert.equal(code, 0, stderr);
  return String(JSON.parse(stdout).workflowId ?? JSON.parse(stdout).workflow_id);
}

/** As if everything had been stored a day ago. */
function makeOld({ paths }: Place): void {
  makeContentOld(paths.content, 86_400_000);
  for (const key of storedRepositories(paths.dataDirectory)) {
    using store = new DatabaseSync(storeFile(paths.dataDirectory, key));
    store.exec('UPDATE snapshot_use SET used_ms = used_ms - 86400000');
  }
}

/** So much content of the past that removing it takes a while. */
function addContent({ paths }: Place, many: number): void {
  using database = openContent(paths.content, 10_000);
  database.exec('BEGIN');
  const add = database.prepare('INSERT INTO piece VALUES (?, ?, ?)');
  const packed = zstdCompressSync('old text');
  for (let at = 0; at < many; at += 1) {
    const hash = createHash('sha256').update(`old text ${at}`).digest();
    add.run(hash, Date.now() - 86_400_000, packed);
  }
  database.exec('COMMIT');
}

test('gc, killed in the middle and run again, keeps what the retention covers; without retention all goes, in one of two at once', {
  timeout: 300_000,
}, async () => {
  const id = await ask(place, 'How are option flags parsed?');
  makeOld(place);
  const needed = storedContent(place.paths.content).size;
  const { code, stdout: trace } = await place.here('trace', id, '--json');
  assert.equal(code, 0);
  addContent(place, 30_000);
  const child = place.start('gc', '--keep', '1');
  const exited = once(child, 'exit');
  {
    using database = openContent(place.paths.content, 10_000);
    const count = database.prepare('SELECT count(*) AS n FROM piece');
    await until(async () => (Number(count.get()?.n) < needed + 30_000 ? true : null), 100);
  }
  child.kill('SIGKILL');
  await exited;
  assert.equal(child.signalCode, 'SIGKILL');
  const left = storedContent(place.paths.content).size;
  assert.ok(left > needed && left < needed + 30_000, `killed with ${left} of ${needed + 30_000} left`);

  const kept = await gc(place.here, '--keep', '1');
  assert.equal(kept.rows.get('content')?.after.count, needed);
  assert.equal(kept.rows.get('snapshots')?.after.count, 1);
  assert.equal((await place.here('trace', id, '--json')).stdout, trace);

  // Two at once: one waits for the other, and there is nothing left for it.
  const both = await Promise.all([gc(place.switchyard, '--keep', '0'), gc(place.switchyard, '--keep', '0')]);
  const removed = (kind: string) => both.map(({ rows }) => rows.get(kind)?.removed.count ?? 0).toSorted();
  assert.deepEqual(
    [removed('snapshots'), removed('histories')],
    [
      [0, 1],
      [0, 1],
    ],
  );
  assert.ok((removed('content')[1] ?? 0) > 0 && removed('content')[0] === 0);
  assert.equal(storedContent(place.paths.content).size, 0);
  assert.equal((await place.here('trace', id)).code, 2);
});

test('bench run says first what it will take, asks both variants, and leaves a log that can be graded', async () => {
  const dataset = join(checkout, 'examples/continuous-integration/questions.jsonl');
  const given = ['bench', 'run', '--dataset', dataset, '--questions', '2', '--name', 'two', '--json'];
  const first = await place.here(...given);
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

  const graded = await place.here('grade', log, '--dataset', join(end.folder, 'dataset.jsonl'), '--json');
  const summary = JSON.parse(graded.stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.equal(summary.variants.length, 2);
  for (const { variant, correct } of summary.variants) assert.equal(correct, end.tally.variants[variant].right);

  const seen = async (...look: string[]) => {
    const { code, stdout, stderr } = await place.here(...look, '--json');
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

  const again = await place.here(...given);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /already a benchmark two: .*bench resume two/);
});

test('a benchmark that may cost more than its limit does not start where nobody can be asked', async () => {
  using dataDirectory = temporaryFolder();
  const own = { SWITCHYARD_HOME: dataDirectory.path, SWITCHYARD_TEMPORAL_EXECUTABLE: await temporalExecutable() };
  const env = { ...own, OPENAI_API_KEY: 'sk-not-a-key' };
  const { code, stderr } = await runInProcess(['bench', 'run', '--limit', '0.01'], { env });
  assert.equal(code, 2);
  assert.match(stderr, /runs +128, about \d+ model calls/);
  assert.match(stderr, /likely stop at its limit of \$0\.01, before all is asked: add --yes/);
  assert.equal(existsSync(join(dataDirectory.path, 'benchmarks')), false);
});

test('with its last client the runtime stops its server', async () => {
  const { server } = place.paths;
  assert.notEqual(readFileSync(server, 'utf8'), '');
  await session[Symbol.asyncDispose]();
  assert.equal(existsSync(server) ? readFileSync(server, 'utf8') : '', '');
});
