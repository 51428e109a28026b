import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dataPaths } from '../../config/data-paths.ts';
import { runBounded } from '../../runtime/temporal/run-bounded.ts';
import {
  type ExecutableSources,
  type FetchExecutable,
  NoTemporalExecutable,
  resolveTemporalExecutable,
} from '../../runtime/temporal/temporal-executable.ts';
import { wheelHashes, wheelVersion } from '../../runtime/temporal/temporal-wheel.ts';

function scene(t: TestContext) {
  const paths = dataPaths(mkdtempSync(join(tmpdir(), 'switchyard-executable-')));
  t.after(() => rmSync(paths.dataDirectory, { recursive: true }));
  const tried: string[] = [];
  /** Files that hold `good`, and the programs named here, are servers. */
  const sources = (good: string[], ...fetches: FetchExecutable[]): ExecutableSources => ({
    problemWith: async (program) => {
      tried.push(program.startsWith(paths.bin) ? 'copy' : program);
      const works = good.includes(program) || (program.startsWith('/') && textOf(program) === 'good');
      return works ? null : 'cannot be run';
    },
    fetches: fetches.map((fetch, index) => ({ from: `source ${index + 1}`, fetch })),
  });
  const resolve = (named: string | null, from: ExecutableSources, signal?: AbortSignal) =>
    resolveTemporalExecutable(named, paths, (text) => tried.push(text), signal, from);
  return { paths, tried, sources, resolve };
}

function textOf(file: string): string | null {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : null;
}

const fetching = (source: string) => `fetching the Temporal server from ${source} (once, about 45 MB)`;
const gives =
  (text: string): FetchExecutable =>
  async (target) =>
    writeFileSync(target, text);
const fails: FetchExecutable = async () => {
  throw new Error('no network');
};

test('the executable that the settings name is used, and no other is tried when it does not work', async (t) => {
  const { resolve, sources, tried } = scene(t);
  assert.equal(await resolve('/opt/temporal', sources(['/opt/temporal', 'temporal'])), '/opt/temporal');
  await assert.rejects(
    resolve('/opt/other', sources(['temporal'], gives('good'))),
    /^NoTemporalExecutable: SWITCHYARD_TEMPORAL_EXECUTABLE: \/opt\/other cannot be run$/,
  );
  assert.deepEqual(tried, ['/opt/temporal', '/opt/other']);
});

test("then the one on PATH, then the data directory's own copy, and nothing is fetched", async (t) => {
  const { resolve, sources, tried, paths } = scene(t);
  mkdirSync(paths.bin);
  writeFileSync(paths.executable, 'good');
  assert.equal(await resolve(null, sources(['temporal'], gives('good'))), 'temporal');
  assert.equal(await resolve(null, sources([], gives('good'))), paths.executable);
  assert.deepEqual(tried, ['temporal', 'temporal', 'copy']);
});

test('then each source in turn; what works becomes the copy, runnable, and remains of the others are gone', async (t) => {
  const { resolve, sources, tried, paths } = scene(t);
  mkdirSync(join(paths.bin, 'wheel-left-by-a-kill'), { recursive: true });
  writeFileSync(paths.executable, 'broken');
  const got = await resolve(null, sources([], fails, gives('bad'), gives('good'), gives('never asked')));
  assert.equal(got, paths.executable);
  assert.equal(readFileSync(got, 'utf8'), 'good');
  assert.equal(statSync(got).mode & 0o777, 0o755);
  assert.deepEqual(readdirSync(paths.bin).sort(), ['fetch.sqlite', 'temporal']);
  assert.deepEqual(tried, [
    ...['temporal', 'copy', 'copy', fetching('source 1'), fetching('source 2'), 'copy', fetching('source 3'), 'copy'],
  ]);
});

test('two that lack it at the same time fetch it once', async (t) => {
  const { resolve, sources, tried, paths } = scene(t);
  const from = sources([], gives('good'));
  assert.deepEqual(await Promise.all([resolve(null, from), resolve(null, from)]), [paths.executable, paths.executable]);
  assert.equal(tried.filter((text) => text === fetching('source 1')).length, 1);
});

test('when nothing works one line says what was tried and what to install', async (t) => {
  const { resolve, sources } = scene(t);
  await assert.rejects(resolve(null, sources([], fails, gives('bad'))), (error: unknown) => {
    assert.ok(error instanceof NoTemporalExecutable);
    assert.doesNotMatch(error.message, /\n/);
    assert.match(error.message, /Install Temporal's CLI/);
    assert.match(error.message, /source 1: no network; source 2: what it gave cannot be run\.$/);
    return true;
  });
});

test('a runtime that is told to stop does not go on to the next source', async (t) => {
  const { resolve, sources, tried } = scene(t);
  const stop = new AbortController();
  const interrupted: FetchExecutable = async () => {
    stop.abort(new Error('told to stop'));
    throw new Error('killed');
  };
  await assert.rejects(resolve(null, sources([], interrupted, gives('good')), stop.signal), /told to stop/);
  assert.deepEqual(tried, ['temporal', fetching('source 1')]);
});

test('a program that hangs is killed at its time limit, one that is missing is told apart', async () => {
  const hung = await runBounded(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutSeconds: 0.2 });
  assert.equal(hung.kind, 'timed-out');
  assert.equal((await runBounded('/no/such/program', [], { timeoutSeconds: 5 })).kind, 'unstartable');
  const loud = await runBounded(process.execPath, ['-e', 'console.log("x".repeat(1e6)); process.exitCode = 3'], {
    timeoutSeconds: 20,
  });
  assert.deepEqual([loud.kind, loud.exitCode, loud.output.length], ['ended', 3, 15_999]);
});

test('every wheel is pinned by version and hash', () => {
  assert.match(wheelVersion, /^\d+\.\d+\.\d+$/);
  assert.deepEqual(Object.keys(wheelHashes), ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);
  for (const hash of Object.values(wheelHashes)) assert.match(hash, /^[0-9a-f]{64}$/);
});
