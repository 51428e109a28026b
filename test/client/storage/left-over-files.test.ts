import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import {
  type FileSweep,
  sweepBenchmarks,
  sweepCache,
  sweepJournal,
  sweepTraces,
} from '../../../client/storage/sweep-files.ts';
import { dataPaths } from '../../../config/data-paths.ts';

const unfinished = '01234567-89ab-4cde-8f01-23456789abcd.tmp';

test('what killed writes have left goes once it is old, in every folder', async (t) => {
  const paths = dataPaths(mkdtempSync(join(tmpdir(), 'switchyard-left-')));
  t.after(() => rmSync(paths.dataDirectory, { recursive: true, force: true }));
  const names = [
    join(paths.traces, `${'a'.repeat(32)}.jsonl.${unfinished}`),
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
  const young = join(paths.traces, `${'c'.repeat(32)}.jsonl.${unfinished}`);
  writeFileSync(young, '');
  const hourAgo = Date.now() - 3_600_000;
  const none: ReadonlySet<string> = new Set();
  const cutoffs = { cutoffMs: hourAgo, graceMs: hourAgo, journalCutoffMs: hourAgo };
  const sweep: FileSweep = { paths, needed: none, open: none, ...cutoffs, dryRun: false, pause: async () => {} };
  for (const each of [sweepTraces, sweepJournal, sweepCache, sweepBenchmarks]) await each(sweep);
  assert.deepEqual(
    names.filter((file) => existsSync(file)),
    [],
  );
  assert.ok(existsSync(young));
});
