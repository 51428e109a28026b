/** Puts together what the activities of a benchmark need: its folders, the histories of runs, the sink of experiments. */
import { join } from 'node:path';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { type BenchmarkFolders, benchmarkFolders } from '../activities/benchmark/benchmark-folder.ts';
import type { BenchmarkDependencies, Experiments } from '../activities/dependencies.ts';
import type { TraceExport } from '../activities/tracing/export-spans.ts';
import { createCipher } from '../codecs/cipher.ts';
import type { Config } from '../config/config.ts';
import { dataPaths } from '../config/data-paths.ts';
import { benchmarkEnvironmentOf } from '../contracts/names.ts';
import type { OwnTools } from '../retrieval/tools/own-tools.ts';
import { linkDatasetItem, postScore, putDataset } from '../observability/langfuse-api.ts';

export function benchmarksOf(
  config: Config,
  client: Client,
  traces: TraceExport,
  ownTools: OwnTools,
): BenchmarkDependencies {
  return {
    folders: foldersOf(config),
    readHistory: async (input, signal) => {
      const history = await traces.readHistory(input, signal);
      return history === null ? null : JSON.parse(historyToJSON(history));
    },
    webUrlOf: traces.webUrlOf,
    traceLink: () => traces.sink.linkTemplate(),
    latestRunId: (workflowId) => latestRunId(client, workflowId),
    experiments: experimentsOf(config),
    kindOfOwnTool: (tool) => (Object.hasOwn(ownTools, tool) ? (ownTools[tool]?.kind ?? null) : null),
  };
}

export function foldersOf({ dataDirectory, encryption }: Config): BenchmarkFolders {
  const { benchmarks } = dataPaths(dataDirectory);
  return benchmarkFolders((id) => join(benchmarks, id), createCipher(encryption.keys));
}

async function latestRunId(client: Client, workflowId: string): Promise<string | null> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).runId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function experimentsOf({ traces: { sink, langfuse, environment } }: Config): Experiments | null {
  if (sink !== 'langfuse' || langfuse === null) return null;
  return {
    putDataset: (name, items, signal) => putDataset(langfuse, name, items, signal),
    link: (link) => linkDatasetItem(langfuse, link),
    score: (score, signal) =>
      postScore(langfuse, { ...score, environment: benchmarkEnvironmentOf(environment) }, signal),
  };
}
