/** `switchyard gc` as a person runs it, on a data directory with a server of its own. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { openSession, type Session } from '../../application/session/session.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { loadConfig } from '../../config/load-config.ts';
import { openContent } from '../../retrieval/store/content-store.ts';
import { storedContent } from '../../retrieval/store/content-sweep.ts';
import { storedRepositories } from '../../retrieval/store/store-sweep.ts';
import { storeFile } from '../../retrieval/store/store.ts';
import { runInProcess } from '../client/run-in-process.ts';
import { makeContentOld } from '../retrieval/scratch.ts';
import { checkout, temporalExecutable } from '../support/temporal.ts';
import { until } from '../support/until.ts';

type Ended = { code: number; stdout: string; stderr: string };
type Usage = { count: number; bytes: number };
type Row = { kind: string; before: Usage; removed: { count: number }; after: Usage };

async function newPlace() {
  const paths = dataPaths(mkdtempSync(join(tmpdir(), 'switchyard-gc-')));
  const own = {
    SWITCHYARD_HOME: paths.dataDirectory,
    SWITCHYARD_TEMPORAL_EXECUTABLE: await temporalExecutable(),
    NO_COLOR: '1',
    // An export that is not over yet would keep its run's content: here nothing is to be kept.
    SWITCHYARD_TRACES: 'none',
  };
  const env = { ...process.env, ...own };
  const bin = join(checkout, 'client/bin.js');
  const switchyard = (...args: string[]) =>
    new Promise<Ended>((resolve) => {
      execFile(bin, args, { cwd: checkout, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  /** The same in this process: without the start of another. */
  const here = (...args: string[]): Promise<Ended> =>
    runInProcess(args, { env: own }).then(({ code, ...said }) => ({ code: code ?? 1, ...said }));
  const start = (...args: string[]) =>
    spawn(process.execPath, [join(checkout, 'client/bin.js'), ...args], {
      cwd: checkout,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  return {
    paths,
    env,
    switchyard,
    here,
    start,
    [Symbol.dispose]: () => rmSync(paths.dataDirectory, { recursive: true, force: true }),
  };
}

type Place = Awaited<ReturnType<typeof newPlace>>;

async function gc(run: Place['here'], ...more: string[]): Promise<{ rows: Map<string, Row>; notes: string[] }> {
  const { code, stdout, stderr } = await run('gc', '--json', ...more);
  assert.equal(code, 0, stderr);
  const { kinds, notes } = JSON.parse(stdout) as { kinds: Row[]; notes: string[] };
  return { rows: new Map(kinds.map((row) => [row.kind, row])), notes };
}

/** Keeps the runtime of a place, which every command joins, until it is disposed of. It gets this process's settings. */
function keepRuntime({ env }: Place): Promise<Session> {
  Object.assign(process.env, env);
  return openSession({
    settings: loadConfig(env),
    need: 'worker',
    onProgress: () => {},
    signal: new AbortController().signal,
  });
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

const textOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

test('gc, killed in the middle and run again, keeps what the retention covers; without retention all goes, in one of two at once', {
  timeout: 300_000,
}, async () => {
  using place = await newPlace();
  await using runtime = new AsyncDisposableStack();
  runtime.use(await keepRuntime(place));
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
  await runtime.disposeAsync();
  assert.equal(textOf(place.paths.server), '');
});
