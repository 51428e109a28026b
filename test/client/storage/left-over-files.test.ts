import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type FileSweep,
  sweepBenchmarks,
  sweepCache,
  sweepClones,
  sweepJournal,
  sweepLogs,
  sweepTraces,
} from '../../../client/storage/sweep-files.ts';
import { type DataPaths, dataPaths } from '../../../config/data-paths.ts';

const unfinished = '01234567-89ab-4cde-8f01-23456789abcd.tmp';

test('what killed writes have left goes once it is old, in every folder', async (t) => {
  const paths = dataPaths(mkdtempSync(join(tmpdir(), 'switchyard-left-')));
  t.after(() => rmSync(paths.dataDirectory, { recursive: true, force: true }));
  const names = [
    join(paths.traces, `${'a'.repeat(32)}.jsonl.zst.${unfinished}`),
    join(paths.journal, `${'b'.repeat(64)}.json.${unfinished}`),
    join(paths.cache, `workflows-abc.js.${unfinished}`),
    join(paths.benchmarks, 'one', 'histories', `run.gz.${unfinished}`),
    join(paths.benchmarks, '.new-abc', 'benchmark.json'),
  ];
  const old = new Date(Date.now() - 86_400_000);
  for (const file of names) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    utimesSync(file, old, old);
    utimesSync(dirname(file), old, old);
  }
  const young = join(paths.traces, `${'c'.repeat(32)}.jsonl.zst.${unfinished}`);
  writeFileSync(young, '');
  const hourAgo = Date.now() - 3_600_000;
  const none: ReadonlySet<string> = new Set();
  const cutoffs = { cutoffMs: hourAgo, graceMs: hourAgo, journalCutoffMs: hourAgo };
  const sweep: FileSweep = { paths, needed: none, journals: none, ...cutoffs, dryRun: false, pause: async () => {} };
  for (const each of [sweepTraces, sweepJournal, sweepCache, sweepBenchmarks]) await each(sweep);
  assert.deepEqual(
    names.filter((file) => existsSync(file)),
    [],
  );
  assert.ok(existsSync(young));
});

const emptyFolder = (t: TestContext) => {
  const paths = dataPaths(mkdtempSync(join(tmpdir(), 'switchyard-left-')));
  t.after(() => rmSync(paths.dataDirectory, { recursive: true, force: true }));
  return paths;
};

/** With a text of `bytes` letters, written so many days ago. */
function write(file: string, days: number, bytes = 10): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'x'.repeat(bytes));
  const time = new Date(Date.now() - days * dayMs);
  utimesSync(file, time, time);
  utimesSync(dirname(file), time, time);
}

const dayMs = 86_400_000;

/** With a retention of a week. */
function sweepOf(paths: DataPaths, dryRun = false): FileSweep {
  const none: ReadonlySet<string> = new Set();
  const times = { cutoffMs: Date.now() - 7 * dayMs, graceMs: Date.now() - 3_600_000, journalCutoffMs: Date.now() };
  return { ...times, paths, needed: none, journals: none, dryRun, pause: async () => {} };
}

test('a clone that nobody has fetched into for the retention goes with all its files, and what a killed gc set aside', async (t) => {
  const paths = emptyFolder(t);
  write(join(paths.clones, 'old.git', 'HEAD'), 8, 100);
  write(join(paths.clones, 'used.git', 'HEAD'), 6);
  write(join(paths.clones, 'dead.git.gone', 'HEAD'), 8, 30);
  write(join(paths.clones, 'back.git.gone', 'HEAD'), 0);
  write(join(paths.clones, 'notes.txt'), 100);
  assert.deepEqual((await sweepClones(sweepOf(paths, true))).count, 2);
  assert.equal(readdirSync(paths.clones).length, 5, 'a dry run removes nothing');
  assert.deepEqual(await sweepClones(sweepOf(paths)), { count: 2, bytes: 130 });
  assert.deepEqual(readdirSync(paths.clones).toSorted(), ['back.git', 'notes.txt', 'used.git']);
});

test('a log that was put aside goes after the retention; the one that is written stays, however old', async (t) => {
  const paths = emptyFolder(t);
  for (const name of ['worker.log', 'worker.log.1']) write(join(paths.logs, name), 8, 50);
  write(join(paths.logs, 'server.log.1'), 6);
  assert.deepEqual(await sweepLogs(sweepOf(paths, true)), { count: 1, bytes: 50 });
  assert.deepEqual(await sweepLogs(sweepOf(paths)), { count: 1, bytes: 50 });
  assert.deepEqual(readdirSync(paths.logs).toSorted(), ['server.log.1', 'worker.log']);
});

test('what benchmarks share goes after the retention, though it belongs to no run; the journal of runs that nothing needs at once', async (t) => {
  const paths = emptyFolder(t);
  write(join(paths.journal, 'run.journal'), 1, 20);
  write(join(paths.journal, 'forkable.journal'), 6);
  write(join(paths.replies, 'shared-old.journal'), 8, 50);
  write(join(paths.replies, 'shared-new.journal'), 6);
  const journals = new Set(['forkable']);
  assert.deepEqual(await sweepJournal({ ...sweepOf(paths, true), journals }), { count: 2, bytes: 70 });
  assert.deepEqual(await sweepJournal({ ...sweepOf(paths), journals }), { count: 2, bytes: 70 });
  assert.deepEqual(readdirSync(paths.journal), ['forkable.journal']);
  assert.deepEqual(readdirSync(paths.replies), ['shared-new.journal']);
});
