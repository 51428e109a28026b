/** Says before a benchmark starts what it will take, and how small a difference it could find. */
import type { Config } from '../../config/config.ts';
import type { BenchmarkVariant, BenchmarkManifest } from '../../contracts/benchmark.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { expectedNeeds, type Need } from '../../harness/comparison/question-needs.ts';
import { benchmarkFolder, benchmarkIds, readManifest } from '../../application/benchmarks/benchmark-folders.ts';
import { lineOpener } from '../../application/clear-content.ts';
import { exportRunLog } from './export-run-log.ts';
import { linesOfFile } from '../input/lines-of-file.ts';
import { modelsOf } from '../../application/pipelines/priced-models.ts';
import { openPriceList } from '../../config/price-list.ts';

/** What one run takes. */
type Cost = { modelCalls: number; tokens: number; costUsd: number | null; seconds: number };

export type BenchmarkEstimate = Cost & {
  runs: number;
  /** True where each variant has been run in this data directory before, with the same models. */
  measured: boolean;
  /** By the comparison's own rule, for two variants of like quality: the whole, then each route. */
  needs: Need[];
};

/** Records of an earlier benchmark that are read. */
const mostRecords = 200;

export async function estimateBenchmark(
  manifest: BenchmarkManifest,
  questions: readonly DatasetQuestion[],
  { settings, concurrency }: { settings: Config; concurrency: number },
): Promise<BenchmarkEstimate> {
  const each = questions.length * manifest.trials;
  const costs = await Promise.all(
    manifest.variants.map(async (variant) => {
      const known = await measuredCost(settings, variant, manifest.id);
      return { known: known !== null, cost: known ?? (await assumedCost(variant, settings.model)) };
    }),
  );
  const sum = (figure: (cost: Cost) => number) => costs.reduce((total, { cost }) => total + each * figure(cost), 0);
  const priced = costs.every(({ cost }) => cost.costUsd !== null);
  return {
    runs: each * manifest.variants.length,
    modelCalls: Math.round(sum(({ modelCalls }) => modelCalls)),
    tokens: Math.round(sum(({ tokens }) => tokens)),
    costUsd: priced ? sum(({ costUsd }) => costUsd ?? 0) : null,
    seconds: sum(({ seconds }) => seconds) / concurrency,
    measured: costs.every(({ known }) => known),
    needs: expectedNeeds(countsByRoute(questions), manifest),
  };
}

function countsByRoute(questions: readonly DatasetQuestion[]): Map<string, number> {
  const routes = Map.groupBy(questions, ({ expected_route }) => expected_route);
  return new Map([...routes].map(([route, members]) => [route, members.length]));
}

/** The mean of an earlier benchmark's records of the same pipeline, by the same models; null where there is none. */
async function measuredCost(settings: Config, variant: BenchmarkVariant, notThis: string): Promise<Cost | null> {
  const models = modelsOf(variant.pipeline, settings.model);
  for (const id of (await benchmarkIds(settings.dataDirectory)).toReversed()) {
    const manifest = id === notThis ? null : await readManifest(settings.dataDirectory, id).catch(() => null);
    const same = manifest?.variants.find(({ specHash }) => specHash === variant.specHash);
    if (manifest === null || same === undefined || manifest.offline !== settings.model.offline) continue;
    const records = await recordsOf(runLogExportFile(benchmarkFolder(settings.dataDirectory, id)), same.name);
    const fitting = records.filter(({ models: used }) =>
      Object.values(used ?? {}).every((one) => models.includes(one)),
    );
    if (fitting.length > 0) return meanCost(fitting);
  }
  return null;
}

async function recordsOf(file: string, variant: string): Promise<RunLogRecord[]> {
  const records: RunLogRecord[] = [];
  exportRunLog(file);
  const open = lineOpener();
  for await (const line of linesOfFile(file)) {
    const record = readRecord(open(line));
    if (record?.variant === variant && record.usage !== null) records.push(record);
    if (records.length >= mostRecords) break;
  }
  return records;
}

/** Null for a line that is none: an estimate leaves it out. */
function readRecord(line: string): RunLogRecord | null {
  try {
    return RunLogRecord.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function meanCost(records: readonly RunLogRecord[]): Cost {
  const mean = (figure: (record: RunLogRecord) => number) =>
    records.reduce((sum, record) => sum + figure(record), 0) / records.length;
  const priced = records.every(({ cost_usd }) => cost_usd !== null);
  return {
    modelCalls: mean(({ usage }) => usage?.model_calls ?? 0),
    tokens: mean(({ usage }) => (usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0)),
    costUsd: priced ? mean(({ cost_usd }) => cost_usd ?? 0) : null,
    seconds: meanSeconds(records),
  };
}

/** Of runs that waited for their models, where there are any. */
function meanSeconds(records: readonly RunLogRecord[]): number {
  const waited = records.filter(({ usage }) => usage?.reused === undefined);
  const some = waited.length > 0 ? waited : records;
  return some.reduce((sum, { latency_ms }) => sum + (latency_ms?.total ?? 0), 0) / some.length / 1000;
}

/** Of a specialist in one try, as seen on the shipped dataset; a gate that sends drafts back makes it more. */
const assumed = { turns: 3, inputTokens: 4000, outputTokens: 300, secondsPerCall: 4, offlineSecondsPerCall: 0.7 };

async function assumedCost({ pipeline }: BenchmarkVariant, model: Config['model']): Promise<Cost> {
  const judged = (pipeline.gate?.judge ?? null) === null ? 0 : 1;
  // Every turn but the last searches.
  const reranked = pipeline.rerank === undefined ? 0 : assumed.turns - 1;
  const modelCalls = (pipeline.router === null ? 0 : 1) + assumed.turns + reranked + judged;
  const list = await openPriceList(model);
  const prices = modelsOf(pipeline, model).map((name) => list.of(name).price);
  const dearest = (of: 'input' | 'output') => Math.max(...prices.map((price) => price?.[of] ?? 0));
  const dollars =
    (modelCalls * (assumed.inputTokens * dearest('input') + assumed.outputTokens * dearest('output'))) / 1e6;
  return {
    modelCalls,
    tokens: modelCalls * (assumed.inputTokens + assumed.outputTokens),
    costUsd: prices.every((price) => price !== null) ? dollars : null,
    seconds: modelCalls * (model.offline ? assumed.offlineSecondsPerCall : assumed.secondsPerCall),
  };
}
