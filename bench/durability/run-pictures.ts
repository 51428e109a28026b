/** What a run shows of itself: its trace from the history, with every text that it refers to, and the exported file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import { traceIdOf } from '../../observability/trace-ids.ts';
import { readTraceFile, traceFileName } from '../../observability/trace-sink.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { createRetrieval } from '../../retrieval/repository.ts';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import type { ServerAddress } from '../../runtime/host/server-address.ts';
import { traceExportOf } from '../../worker/traces/trace-export.ts';
import { workflowBundle } from '../../worker/workflow-bundle.ts';

export type Run = { workflowId: string; runId: string; type: string; isOpen: boolean };

/** Open, or ended since. */
export async function neededRuns(client: Client, sinceMs: number): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const { workflowId, runId, type, closeTime } of client.workflow.list())
    if (closeTime === undefined || closeTime.getTime() >= sinceMs)
      runs.push({ workflowId, runId, type, isOpen: closeTime === undefined });
  return runs;
}

type Place = { client: Client; config: Config; server: ServerAddress };

/** @throws Error where a text that the trace refers to is missing */
export async function pictureOf({ client, config, server }: Place, run: Run): Promise<string> {
  const { workflowId, runId, type } = run;
  if (type !== 'answerQuestion') return '';
  const paths = dataPaths(config.dataDirectory);
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const trace = traceOfRun(readRunHistory(JSON.parse(historyToJSON(history))), run);
  await using retrieval = createRetrieval({ dataDirectory: config.dataDirectory });
  const content = createContentStore(paths.content);
  const render = traceExportOf(config, server, client).exportOver({ content, retrieval }).renderer();
  const texts: unknown[] = [];
  for (const { input, output } of trace.spans)
    for (const field of [input, output]) texts.push(field === null ? null : await render(field));
  const shown = JSON.stringify({ trace, texts });
  if (shown.includes('[not held by the machine')) throw new Error(`${workflowId}: a text of its trace is missing`);
  const exported = join(paths.traces, traceFileName(traceIdOf(runId)));
  return `${shown}\n${existsSync(exported) ? await readTraceFile(exported) : ''}`;
}

/** Empty when the history replays. */
export async function replayProblems(client: Client, config: Config, { workflowId, runId }: Run): Promise<string[]> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const bundle = await workflowBundle(dataPaths(config.dataDirectory).cache);
  try {
    await Worker.runReplayHistory({ workflowBundle: bundle }, history, workflowId);
    return [];
  } catch (error) {
    return [`${workflowId} does not replay: ${String(error)}`];
  }
}
