/** Reads what a benchmark is, and counts what an earlier try of it has recorded. */
import type { BenchmarkTally, OpenBenchmarkInput, OpenedBenchmark } from '../../contracts/benchmark.ts';
import { gradeRecord } from '../../harness/graded-record.ts';
import { countRecord, emptyTally } from '../../harness/benchmark-tally.ts';
import { heartbeats } from '../context.ts';
import { type BenchmarkFolder, type BenchmarkFolders, datasetNameOf, runsOf } from './benchmark-folder.ts';

export const openBenchmark =
  ({ folders }: { folders: BenchmarkFolders }) =>
  async ({ id, template, fresh }: OpenBenchmarkInput): Promise<OpenedBenchmark> => {
    using _beats = heartbeats();
    const folder = await (fresh ? folders.reopen(id, template) : folders.open(id));
    const { variants } = folder.manifest;
    const dataset = datasetNameOf(folder.manifest);
    const tally = fresh ? await tallyOf(folder) : emptyTally(variants.map(({ name }) => name));
    return { dataset, arms: variants, runs: runsOf(folder), tally };
  };

async function tallyOf({ manifest, byId, log }: BenchmarkFolder): Promise<BenchmarkTally> {
  const tally = emptyTally(manifest.variants.map(({ name }) => name));
  for await (const record of log.records()) {
    const question = byId.get(record.question_id);
    if (question !== undefined) countRecord(tally, record, gradeRecord(record, question).correct);
  }
  return tally;
}
