/** Reads what a benchmark is, and counts what an earlier try of it has recorded. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchmarkTally, OpenBenchmarkInput, OpenedBenchmark } from '../contracts/benchmark-run.ts';
import { gradeRecord } from '../harness/graded-record.ts';
import { countRecord, emptyTally } from '../harness/benchmark-tally.ts';
import { runLogReader } from '../harness/run-log/run-log-reader.ts';
import { beats } from './beats.ts';
import type { BenchmarkFolder, BenchmarkFolders } from './benchmark-folder.ts';

export const openBenchmark =
  ({ folders }: { folders: BenchmarkFolders }) =>
  async ({ id, template, fresh }: OpenBenchmarkInput): Promise<OpenedBenchmark> => {
    using _beats = beats();
    const folder = await (fresh ? folders.reopen(id, template) : folders.open(id));
    const { arms, dataset, trials } = folder.manifest;
    const runs = folder.questions.length * arms.length * trials;
    const tally = fresh ? await tallyOf(folder) : emptyTally(arms.map(({ name }) => name));
    return { dataset, arms, runs, tally };
  };

async function tallyOf({ path, manifest, byId }: BenchmarkFolder): Promise<BenchmarkTally> {
  const tally = emptyTally(manifest.arms.map(({ name }) => name));
  const file = join(path, 'run-log.jsonl');
  const reader = runLogReader(file);
  await using handle = await open(file, 'a+');
  const { size } = await handle.stat();
  let [line, bytes] = [0, 0];
  for await (const text of handle.readLines({ start: 0 })) {
    line += 1;
    bytes += Buffer.byteLength(text) + 1;
    // A last line without an end was being written when its worker was killed.
    const record = bytes > size ? null : reader.read(text, line);
    const question = record === null ? undefined : byId.get(record.question_id);
    if (record !== null && question !== undefined) countRecord(tally, record, gradeRecord(record, question).correct);
  }
  return tally;
}
