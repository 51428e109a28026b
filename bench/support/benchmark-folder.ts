/** Makes the folder of a benchmark in a stack's data directory, and reads back what was recorded. */
import { noEncryption } from '../../codecs/cipher.ts';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { variantOf } from '../../client/benchmark/benchmark-variants.ts';
import { benchmarkFolder } from '../../application/benchmarks/benchmark-folders.ts';
import { benchmarkRecords, createBenchmark } from '../../client/benchmark/benchmark-folder.ts';
import { linesOf, shortHash } from '../../client/benchmark/benchmark-questions.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { type BenchmarkInput, BenchmarkManifest } from '../../contracts/benchmark.ts';
import { benchmarkQueueOf } from '../../contracts/names.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { readDataset } from '../../harness/dataset.ts';
import { gradeRecord } from '../../harness/graded-record.ts';
import { benchTaskQueue } from './stack.ts';

/** So many questions of a dataset, spread over it; of the shipped one unless another is given. */
export async function fastifyQuestions(many: number, dataset = 'datasets/fastify.jsonl'): Promise<DatasetQuestion[]> {
  const file = resolve(checkoutFolder, dataset);
  const all = readDataset(await readFile(file, 'utf8'), file);
  return Array.from({ length: many }, (_, at) => all[Math.floor((at * all.length) / many)] as DatasetQuestion);
}

export async function makeBenchmark(
  dataDirectory: string,
  id: string,
  pipelines: readonly string[],
  questions: readonly DatasetQuestion[],
): Promise<void> {
  const text = linesOf(questions);
  const specs = await Promise.all(pipelines.map((each) => loadPipeline(each)));
  const manifest = BenchmarkManifest.parse({
    id,
    dataset: `bench-${shortHash(text)}`,
    questions: questions.length,
    trials: 1,
    variants: specs.map((spec) => variantOf(spec)),
    plan: {},
    offline: true,
    startedAt: new Date().toISOString(),
  });
  await createBenchmark({ dataDirectory, encryption: noEncryption }, manifest, text);
}

export function benchmarkInput(id: string, concurrency: number, more: Partial<BenchmarkInput> = {}): BenchmarkInput {
  return {
    id,
    scheduled: false,
    root: checkoutFolder,
    datasetFolder: resolve(checkoutFolder, 'datasets'),
    limits: { modelCallSeconds: 30, modelCallTotalSeconds: 300, modelCallAttempts: 5, heartbeatSeconds: 2 },
    activityQueue: benchmarkQueueOf(benchTaskQueue),
    concurrency,
    limit: null,
    searchAttributes: [],
    eventLimit: 1_800,
    ...more,
  };
}

/** `variant/question/trial` to whether it is right, sorted; and how many lines the log has. */
export async function gradesOfBenchmark(
  dataDirectory: string,
  id: string,
  questions: readonly DatasetQuestion[],
): Promise<{ grades: string[]; records: number }> {
  const records = await benchmarkRecords(benchmarkFolder(dataDirectory, id));
  const byId = new Map(questions.map((question) => [question.id, question]));
  const grades = records.map((record) => {
    const question = byId.get(record.question_id);
    if (question === undefined) throw new Error(`nobody asked ${record.question_id}`);
    const { correct, label } = gradeRecord(record, question);
    return `${record.variant}/${record.question_id}/${record.trial}: ${correct} ${label}`;
  });
  return { grades: grades.toSorted(), records: records.length };
}
