/** Starts a benchmark's workflow, behind whatever a person asks meanwhile. */
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { Config } from '../../config/config.ts';
import type { BenchmarkInput, SpendingLimit } from '../../contracts/benchmark.ts';
import {
  attributeNames,
  backstop,
  benchmarkPriority,
  benchmarkQueueOf,
  searchAttributes,
  workflowTaskTimeout,
  workflowTypes,
} from '../../contracts/names.ts';
import { formerRoot } from '../evaluate/dataset-repository.ts';
import { modelQueues } from '../../config/model-limits.ts';
import { callLimits } from '../../application/questions/call-limits.ts';
import { UsageError } from '../../lib/errors.ts';
import type { Session } from '../../application/session/session.ts';
import { registeredAttributes } from '../../application/runs/start-run.ts';
import { expectBenchmarkPrices } from '../../application/pipelines/priced-models.ts';
import { readManifest } from '../../application/benchmarks/benchmark-folders.ts';

export type BenchmarkPace = { concurrency: number; limit: SpendingLimit | null };

/** Well below the 2,000 that one run of the workflow may have. */
const eventLimit = 1_800;

/** @throws UsageError where it is running */
export async function startBenchmark(
  session: Session,
  id: string,
  pace: BenchmarkPace,
  settings: Config,
): Promise<WorkflowHandle> {
  const input = await benchmarkInput(session, id, pace, settings);
  try {
    return await session.client.workflow.start(workflowTypes.runBenchmark, {
      ...benchmarkStart(id, input),
      taskQueue: session.taskQueue,
      workflowId: id,
      workflowIdConflictPolicy: 'FAIL',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new UsageError(`the benchmark ${id} is running: "switchyard bench status ${id}" shows it`);
  }
}

export async function benchmarkInput(
  session: Session,
  id: string,
  { concurrency, limit }: BenchmarkPace,
  settings: Config,
): Promise<BenchmarkInput> {
  const known = await registeredAttributes(session.connection, session.namespace);
  const { variants, datasetFolder, replies } = await readManifest(settings.dataDirectory, id);
  const prices = await expectBenchmarkPrices(variants, limit, settings.model);
  return {
    id,
    scheduled: false,
    root: formerRoot,
    ...(datasetFolder === undefined ? {} : { datasetFolder }),
    limits: callLimits(settings.model, prices, modelQueues(settings)),
    activityQueue: benchmarkQueueOf(session.taskQueue),
    concurrency,
    limit,
    searchAttributes: Object.keys(searchAttributes).filter((name) => known.has(name)),
    eventLimit,
    ...(replies === undefined ? {} : { replies }),
  };
}

/** What a start by hand and one by a schedule have in common. */
export function benchmarkStart(id: string, input: BenchmarkInput) {
  const attribute = {
    key: defineSearchAttributeKey(attributeNames.benchmark, searchAttributes[attributeNames.benchmark]),
    value: id,
  };
  return {
    args: [input],
    workflowExecutionTimeout: backstop,
    workflowTaskTimeout,
    staticSummary: `benchmark ${id}`,
    priority: benchmarkPriority(id),
    typedSearchAttributes: input.searchAttributes.includes(attributeNames.benchmark) ? [attribute] : [],
  };
}
