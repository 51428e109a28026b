/** A small benchmark in a scene's data directory: its folder, its workflow, and what it has recorded. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { noEncryption } from '../../codecs/cipher.ts';
import { dataPaths } from '../../config/data-paths.ts';
import {
  BenchmarkEnding,
  type BenchmarkInput,
  BenchmarkManifest,
  BenchmarkProgress,
} from '../../contracts/benchmark.ts';
import { benchmarkQueueOf } from '../../contracts/names.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import { RunLogStore } from '../../harness/run-log/run-log-store.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import type { RunHistory } from '../../observability/run-history.ts';
import { quickLimits, replayWorkerOf } from './scene.ts';
import { until } from './until.ts';

type Place = { client: Client; dataDirectory: string; taskQueue: string };
type Options = Partial<Omit<BenchmarkInput, 'id'>> & {
  variants: PipelineSpec[];
  trials?: number;
  /** How many of the questions; all unless given. */
  questions?: number;
  id?: string;
};

/** Six questions about the scene's default repository, and one that it does not answer. */
export const kettleQuestions = [1, 2, 3, 4, 5, 6].map((number) => ({
  id: `q${number}`,
  question: `When does boil throw, case ${number}?`,
  repository: 'repository',
  expected_route: number % 2 === 0 ? 'docs' : 'code',
  kind: 'answerable',
  gold: { paths: ['lib/kettle.js'] },
  must_mention: ['KETTLE_EMPTY'],
}));

export async function startBenchmark(place: Place, { variants, trials = 1, questions, id, ...more }: Options) {
  const benchmark = new Benchmark(place, id ?? `bench-${randomUUID().slice(0, 8)}`);
  benchmark.writeFolder(variants, trials, kettleQuestions.slice(0, questions));
  await benchmark.start(more);
  return benchmark;
}

export class Benchmark {
  readonly id: string;
  readonly folder: string;
  readonly #place: Place;

  constructor(place: Place, id: string) {
    this.#place = place;
    this.id = id;
    this.folder = join(dataPaths(place.dataDirectory).benchmarks, id);
  }

  writeFolder(variants: PipelineSpec[], trials: number, questions = kettleQuestions): void {
    mkdirSync(this.folder, { recursive: true });
    const manifest = BenchmarkManifest.parse({
      id: this.id,
      dataset: 'kettle-000000000000',
      questions: questions.length,
      trials,
      variants: variants.map((pipeline) => {
        const specHash = createHash('sha256').update(JSON.stringify(pipeline)).digest('hex');
        return { name: pipeline.name, specHash, pipeline };
      }),
      plan: {},
      offline: false,
      startedAt: new Date().toISOString(),
    });
    writeFileSync(join(this.folder, 'benchmark.json'), JSON.stringify(manifest));
    writeFileSync(
      join(this.folder, 'dataset.jsonl'),
      questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
    );
  }

  async start(more: Partial<BenchmarkInput> = {}): Promise<void> {
    const input: BenchmarkInput = {
      id: this.id,
      scheduled: false,
      root: this.#place.dataDirectory,
      limits: quickLimits,
      activityQueue: benchmarkQueueOf(this.#place.taskQueue),
      concurrency: 3,
      limit: null,
      searchAttributes: [],
      eventLimit: 1_800,
      ...more,
    };
    const { client, taskQueue } = this.#place;
    await client.workflow.start('runBenchmark', { args: [input], taskQueue, workflowId: this.id });
  }

  get handle(): WorkflowHandle {
    return this.#place.client.workflow.getHandle(this.id);
  }

  /** One of its runs: `arm/question/trial`. */
  run(name: string): WorkflowHandle {
    return this.#place.client.workflow.getHandle(`${this.id}/${name}`);
  }

  async ending(): Promise<BenchmarkEnding> {
    return BenchmarkEnding.parse(await this.handle.result());
  }

  async progress(): Promise<BenchmarkProgress> {
    return BenchmarkProgress.parse(await this.handle.query('progress'));
  }

  records(): RunLogRecord[] {
    using store = RunLogStore.existing(this.folder);
    const records: RunLogRecord[] = [];
    for (let lines = store?.linesAfter(0) ?? []; lines.length > 0; ) {
      records.push(...lines.map(({ text }) => RunLogRecord.parse(JSON.parse(text))));
      lines = store?.linesAfter(records.length) ?? [];
    }
    return records;
  }

  /** Waits for so many records. A query would hold up a worker that caches no workflows. */
  untilRecorded(wanted: number): Promise<true> {
    return until(async () => (this.records().length >= wanted ? true : null), 60);
  }

  /** `variant/question/trial` of every record, sorted. */
  keys(): string[] {
    return this.records()
      .map(({ variant, question_id, trial }) => `${variant}/${question_id}/${trial}`)
      .toSorted();
  }

  history({ links }: RunLogRecord): RunHistory {
    return readRunHistory(JSON.parse(gunzipSync(readFileSync(join(this.folder, links.history ?? ''))).toString()));
  }

  /** Replays every run of the workflow, and tells how many events each has. */
  async replayAll(): Promise<number[]> {
    const { client } = this.#place;
    const lengths: number[] = [];
    const query = `WorkflowId = '${this.id}'`;
    for await (const { runId } of client.workflow.list({ query })) {
      const history = await client.workflow.getHandle(this.id, runId).fetchHistory();
      lengths.push(history.events?.length ?? 0);
      const error = await replayWorkerOf(noEncryption).replay(history, this.id);
      if (error) throw error;
    }
    return lengths;
  }
}
