import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type BenchmarkFolders, benchmarkFolders } from '../../activities/benchmark/benchmark-folder.ts';
import { nextQuestions } from '../../activities/benchmark/next-questions.ts';
import { writeBenchmark } from '../client/benchmark/benchmark-folder.ts';
import type { QuestionPage } from '../../contracts/benchmark.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';

function firstPage(folders: BenchmarkFolders): Promise<QuestionPage> {
  const input = { id: 'b', root: '/', cursor: 0, most: 100 };
  return new MockActivityEnvironment().run(
    nextQuestions({ folders, latestRunId: async (id) => `run of ${id}` }),
    input,
  ) as Promise<QuestionPage>;
}

test('what is recorded by an earlier version is not asked again', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-folders-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeBenchmark(folder, { questions: 3 });
  const folders = benchmarkFolders(() => folder);
  const { trials } = await firstPage(folders);
  assert.deepEqual(trials, []);
});

test('a worker that has read a folder reads it again once it is deleted and made anew', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-folders-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeBenchmark(folder, { questions: 3 });
  const folders = benchmarkFolders(() => folder);
  const { log } = await folders.open('b');
  assert.equal((await folders.open('b')).log, log, 'read once');
  assert.equal(await log.has({ question_id: 'q-0', variant: 'orchestrated', trial: 1 }), true);
  // What another worker is told with `fresh`, this one is not.
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  writeBenchmark(folder, { questions: 5 });
  rmSync(runLogExportFile(folder));
  const { trials } = await firstPage(folders);
  assert.equal(trials.length, 10);
});
