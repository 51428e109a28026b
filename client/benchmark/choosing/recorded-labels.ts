/** Which labels the runs of an earlier benchmark have got, by question. */
import type { DatasetQuestion } from '../../../contracts/dataset.ts';
import { defaultWasteShare } from '../../../harness/labels.ts';
import { runLogExportFile } from '../../../harness/run-log/run-log-store.ts';
import { UsageError } from '../../../lib/errors.ts';
import { gradedCases } from '../../evaluate/graded-log.ts';
import {
  benchmarkFolder,
  benchmarkIds,
  datasetOf,
  readManifest,
} from '../../../application/benchmarks/benchmark-folders.ts';
import { questionsOfBenchmark } from '../benchmark-folder.ts';
import { exportRunLog } from '../export-run-log.ts';

/** By the question's id; a question without a record is not there. */
export type RecordedLabels = ReadonlyMap<string, string[]>;

/**
 * @param id null: the last benchmark that has asked one of these questions, word for word
 * @throws UsageError where there is none
 */
export async function recordedLabels(
  dataDirectory: string,
  questions: readonly DatasetQuestion[],
  id: string | null,
): Promise<RecordedLabels> {
  if (id !== null) {
    await readManifest(dataDirectory, id);
    return labelsOf(benchmarkFolder(dataDirectory, id));
  }
  const asked = new Map(questions.map((question) => [question.id, question.question]));
  for (const { folder } of await byTime(dataDirectory)) {
    const theirs = await questionsOfBenchmark(folder);
    if (!theirs.some((question) => asked.get(question.id) === question.question)) continue;
    const labels = await labelsOf(folder);
    if (labels.size > 0) return labels;
  }
  throw new UsageError('no benchmark here has asked these questions yet, so that they have no labels');
}

/** Of every variant and trial, the first label and the others. */
export async function labelsOf(folder: string): Promise<RecordedLabels> {
  const labels = new Map<string, string[]>();
  const log = runLogExportFile(folder);
  exportRunLog(log);
  for await (const { record, graded } of gradedCases(log, {
    dataset: datasetOf(folder),
    wasteShare: defaultWasteShare,
  })) {
    const known = labels.get(record.question_id) ?? [];
    labels.set(record.question_id, [...new Set([...known, graded.label, ...graded.secondary_labels])]);
  }
  return labels;
}

/** The last one first. */
async function byTime(dataDirectory: string): Promise<{ folder: string; startedAt: string }[]> {
  const ids = await benchmarkIds(dataDirectory);
  const found = await Promise.all(
    ids.map(async (id) => {
      const manifest = await readManifest(dataDirectory, id).catch(() => null);
      const folder = benchmarkFolder(dataDirectory, id);
      return manifest === null ? [] : [{ folder, startedAt: manifest.startedAt }];
    }),
  );
  return found.flat().toSorted((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt));
}
