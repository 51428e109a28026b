/**
 * Sends a benchmark to Langfuse out of its folder, however old it is: dataset, traces, scores. Ids and times are made of the
 * runs, so that what is there already stays one.
 */
import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { BenchmarkFolder } from '../../activities/benchmark/benchmark-folder.ts';
import { datasetOf } from '../../activities/tracing/experiments.ts';
import { renderTrace, type Rendering } from '../../activities/tracing/export-spans.ts';
import { benchmarkEnvironmentOf, datasetItemIdOf, experimentNameOf, experimentTitleOf } from '../../contracts/names.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import type { Trace } from '../../contracts/trace.ts';
import { gradeRecord } from '../../harness/graded-record.ts';
import { messageOf } from '../../lib/errors.ts';
import { type LangfuseSettings, linkDatasetItem, postScore, putDataset } from '../../observability/langfuse-api.ts';
import { createLangfuseSink } from '../../observability/langfuse-sink.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { spanIdOf } from '../../observability/trace-ids.ts';

/** Of one run: `held`, Langfuse had its trace already; a text, why it has none. */
export type Published = { question_id: string; variant: string; trial: number; trace: 'sent' | 'held' | string };

type Parts = {
  langfuse: LangfuseSettings;
  rendering: Omit<Rendering, 'webUrlOf'>;
  /** True: traces that Langfuse has go out again, as this version makes them. */
  all: boolean;
  signal: AbortSignal;
};

/** @throws Error where Langfuse takes nothing */
export async function* publishBenchmark(folder: BenchmarkFolder, parts: Parts): AsyncGenerator<Published> {
  const [name, items] = datasetOf(folder);
  const datasetId = await putDataset(parts.langfuse, name, items, parts.signal);
  for await (const record of folder.log.records()) {
    parts.signal.throwIfAborted();
    const { question_id, variant, trial } = record;
    yield { question_id, variant, trial, trace: await publishRun(folder, record, { ...parts, name, datasetId }) };
  }
}

type Target = Parts & { name: string; datasetId: string };

async function publishRun(folder: BenchmarkFolder, record: RunLogRecord, target: Target): Promise<string> {
  const trace = await traceOf(folder, record, target).catch((error: unknown) => messageOf(error).slice(0, 200));
  if (typeof trace === 'string') return trace;
  const { langfuse, all, signal, rendering } = target;
  const sink = createLangfuseSink(langfuse);
  const root = trace.spans.at(-1);
  const held = !all && (await sink.holds({ traceId: trace.traceId, endMs: root?.endMs ?? 0 }, signal));
  const { workflowId, runId, traceId } = trace;
  const webUrlOf = () => record.links.web;
  const sent = await renderTrace(trace, { workflowId, runId }, { ...rendering, webUrlOf });
  await sink.send(sent, { signal, sent: held ? sent.spans.length : 0, onSent: () => {} });
  await scoreRun(folder, record, { ...target, traceId, experiment: trace.experiment });
  return held ? 'held' : 'sent';
}

/** An experiment also where Langfuse was not there when it ran. @throws Error where no history was kept */
async function traceOf(folder: BenchmarkFolder, record: RunLogRecord, { name, datasetId }: Target): Promise<Trace> {
  const { question_id, variant, trial, links, workflow_id, run_id } = record;
  if (links.history === null || run_id === null) throw new Error('its history was not kept');
  const file = resolve(folder.path, links.history);
  if (!file.startsWith(resolve(folder.path) + sep)) throw new Error('its history lies outside of the folder');
  const unpacked = await promisify(gunzip)(folder.cipher.open(await readFile(file)), { maxOutputLength: 60_000_000 });
  const history = readRunHistory(JSON.parse(unpacked.toString('utf8')));
  const trace = traceOfRun(history, { workflowId: workflow_id ?? '', runId: run_id });
  const id = experimentNameOf(folder.manifest.id, variant, trial);
  const experiment = { id, name: id, datasetId, itemId: datasetItemIdOf(name, question_id) };
  return { ...trace, session: folder.manifest.id, experiment };
}

async function scoreRun(
  { byId }: BenchmarkFolder,
  record: RunLogRecord,
  { langfuse, rendering, traceId, experiment, signal }: Target & Pick<Trace, 'traceId' | 'experiment'>,
): Promise<void> {
  const question = byId.get(record.question_id);
  if (question === undefined || experiment === null) return;
  const { correct, label } = gradeRecord(record, question);
  const environment = benchmarkEnvironmentOf(rendering.environment);
  const about = { comment: null, traceId, rootId: spanIdOf(traceId, 'root'), environment };
  if (correct !== null) await postScore(langfuse, { ...about, name: 'correct', value: correct ? 1 : 0 }, signal);
  await postScore(langfuse, { ...about, name: 'label', value: label }, signal);
  const runName = experimentTitleOf(experiment.id);
  // Only servers before Langfuse 4 need it.
  await linkDatasetItem(langfuse, {
    runName,
    datasetItemId: experiment.itemId,
    traceId,
    observationId: about.rootId,
  }).catch(() => {});
}
