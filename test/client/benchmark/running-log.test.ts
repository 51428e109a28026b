import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RunLogRecord } from '../../../contracts/run-log.ts';
import { RunLogStore, runLogExportFile, runLogStoreFile } from '../../../harness/run-log/run-log-store.ts';
import { writeBenchmark } from './benchmark-folder.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';

/** A benchmark that runs: its log has been exported some time ago, and three records were written since. */
function runningBenchmark(folder: string): { log: string; dataset: string; records: number } {
  writeBenchmark(folder, { questions: 4 });
  const log = runLogExportFile(folder);
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  writeFileSync(log, lines.slice(0, -3).join('\n').concat('\n'));
  using store = RunLogStore.open(folder);
  for (const line of lines.slice(-3)) store.append(RunLogRecord.parse(JSON.parse(line)), line);
  return { log, dataset: join(folder, 'dataset.jsonl'), records: lines.length };
}

const summaryOf = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');

test('every command that takes a run log sees what a running benchmark has recorded by now', async () => {
  using folder = temporaryFolder();
  const { log, dataset, records } = runningBenchmark(folder.path);
  const graded = await runInProcess(['grade', log, '--dataset', dataset, '--json']);
  assert.equal(graded.code, 0, graded.stderr);
  const { variants } = summaryOf(graded.stdout);
  assert.deepEqual(
    variants.map((variant: { records: number }) => variant.records),
    [4, 4],
  );
  assert.equal(readFileSync(log, 'utf8').trimEnd().split('\n').length, records);
});

test('a log elsewhere, and one without a store beside it, is read as it stands', async () => {
  using folder = temporaryFolder();
  using elsewhere = temporaryFolder();
  const { log, dataset } = runningBenchmark(folder.path);
  const copy = join(elsewhere.path, 'copy.jsonl');
  writeFileSync(copy, readFileSync(log, 'utf8'));
  rmSync(runLogStoreFile(folder.path));
  for (const file of [copy, log]) {
    const graded = await runInProcess(['grade', file, '--dataset', dataset, '--json']);
    const sum = summaryOf(graded.stdout).variants.reduce(
      (all: number, variant: { records: number }) => all + variant.records,
      0,
    );
    assert.equal(sum, 5);
  }
});

test('a store that cannot be read is told by name', async () => {
  using folder = temporaryFolder();
  const { log, dataset } = runningBenchmark(folder.path);
  writeFileSync(runLogStoreFile(folder.path), 'no database'.repeat(500));
  const { code, stderr } = await runInProcess(['grade', log, '--dataset', dataset]);
  assert.equal(code, 1);
  assert.match(stderr, /the records of .* cannot be exported: file is not a database/);
});

test('a folder that may not be written is read as it was exported, with a word about it', {
  skip: process.getuid?.() === 0 && 'root may write everywhere',
}, async () => {
  using folder = temporaryFolder();
  const inner = join(folder.path, 'benchmark');
  mkdirSync(inner);
  const { log, dataset } = runningBenchmark(inner);
  const { mode } = statSync(inner);
  for (const file of [log, runLogStoreFile(inner)]) chmodSync(file, 0o400);
  chmodSync(inner, 0o500);
  try {
    const { code, stderr } = await runInProcess(['grade', log, '--dataset', dataset]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /may lack the latest records/);
  } finally {
    chmodSync(inner, mode);
  }
});
