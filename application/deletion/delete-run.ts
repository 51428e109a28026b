/**
 * Deletes runs of questions with all that belongs to them: content that no other run needs, journal, rating, trace, history.
 *
 * 1. Its history goes last: where something before fails or is interrupted, the run is still found, and deleted again.
 * 2. A run that was retried has several executions under its id: all of them go.
 * 3. What could not be removed is told, and keeps nothing else from being removed.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataPaths } from '../../config/data-paths.ts';
import { attributeNames, exporterIdOf, noticeType, queries } from '../../contracts/names.ts';
import { journalFileName } from '../../contracts/model/journal-key.ts';
import type { ExporterState } from '../../contracts/trace.ts';
import { messageOf } from '../../lib/errors.ts';
import { removeFile } from '../../lib/fs.ts';
import { printableLine } from '../../lib/printable.ts';
import { deleteTrace } from '../../observability/langfuse-api.ts';
import { traceIdOf } from '../../observability/trace-ids.ts';
import { traceFileName } from '../../observability/trace-sink.ts';
import { ownServerName, serverName } from '../../runtime/temporal/known-servers.ts';
import { RunStillGoesOn } from '../errors.ts';
import { removeRating } from '../feedback/ratings.ts';
import { type FoundRun, findRun, isOpen } from '../runs/find-run.ts';
import { outcomeOf } from '../runs/watch-run.ts';
import type { RunOfServer } from '../storage/needed-runs.ts';
import { deleteHistory, untilGone } from '../storage/remove-histories.ts';
import { type Removal, removeContentOf } from './content-of-runs.ts';
import { openSharedContent } from './shared-content.ts';

export type Deleted = {
  /** How many of each are gone. */
  removed: { histories: number; content: number; journal: number; traces: number; ratings: number };
  /** What could not be removed, and why. */
  kept: string[];
};

export type DeletedRun = Deleted & { workflowId: string };

/** @throws RunNotFound; RunStillGoesOn; StoreUnavailable */
export async function deleteRun(request: Omit<Removal, 'shared'>, workflowId: string): Promise<DeletedRun> {
  const found = await findRun(request.session, workflowId);
  return { workflowId, ...(await deleteRuns(request, [found])) };
}

/** @throws RunStillGoesOn, before anything is removed; StoreUnavailable */
export async function deleteRuns(request: Omit<Removal, 'shared'>, found: readonly FoundRun[]): Promise<Deleted> {
  const { session, settings, onProgress } = request;
  const runs: RunOfServer[] = [];
  for (const each of found) runs.push(...(await executionsOf(request, each)));
  const name = settings.temporal.external ? serverName(session.address, session.namespace) : ownServerName;
  await using shared = await openSharedContent(settings, session.client, name);
  const removal = { ...request, shared };
  await untilExported(removal, runs);
  const kept: string[] = [];
  for (const each of found) kept.push(...elsewhere(each), ...(await traceElsewhere(settings, each)));
  const content = await removeContentOf(runs, removal);
  kept.push(...content.kept);
  const removed = { histories: 0, content: content.count, journal: 0, traces: 0, ratings: 0 };
  onProgress('removing journal, trace and history');
  for (const { runId } of runs) {
    removed.journal += await removeJournal(removal, runId);
    removed.traces += await removeTrace(removal, runId, kept);
    if (await removeRating(settings, runId)) removed.ratings += 1;
  }
  const histories = [...(await noticesOf(request, runs)), ...runs];
  for (const run of histories) await deleteHistory(session, run);
  const left = await untilGone({ ...session, signal: request.signal }, histories);
  removed.histories = histories.length - left.length;
  for (const { runId } of left) kept.push(`the history of ${runId}: the server has not removed it yet`);
  return { removed, kept };
}

/** @throws RunStillGoesOn where one of them is open */
async function executionsOf({ session }: Omit<Removal, 'shared'>, found: FoundRun): Promise<RunOfServer[]> {
  const { workflowId } = found.handle;
  if (isOpen(found)) throw new RunStillGoesOn(workflowId);
  // A list may not know yet what has just ended.
  const runs = new Map([[found.runId, { workflowId, runId: found.runId }]]);
  const query = `WorkflowId = '${workflowId.replaceAll("'", "''")}'`;
  for await (const { runId } of session.client.workflow.list({ query })) runs.set(runId, { workflowId, runId });
  return [...runs.values()];
}

/** What a webhook was told of them, by workflows of their own. */
async function noticesOf({ session }: Omit<Removal, 'shared'>, runs: readonly RunOfServer[]): Promise<RunOfServer[]> {
  const found: RunOfServer[] = [];
  for (const run of runs) {
    const query = `WorkflowType = '${noticeType}' AND WorkflowId STARTS_WITH 'webhook-${run.runId}-'`;
    for await (const { workflowId, runId } of session.client.workflow.list({ query }))
      found.push({ workflowId, runId });
  }
  return found;
}

function* elsewhere({ description }: FoundRun): Generator<string> {
  const attributes = description.typedSearchAttributes.getAll();
  const benchmark = attributes.find(({ key }) => key.name === attributeNames.benchmark)?.value;
  if (typeof benchmark === 'string')
    yield `the record and history in the folder of ${benchmark}: "switchyard bench delete ${benchmark}" removes them`;
}

/** A trace that another server has, which is not configured here. */
async function traceElsewhere({ traces }: Removal['settings'], { handle }: FoundRun): Promise<string[]> {
  if (traces.langfuse !== null) return [];
  const link = await outcomeOf(handle).then(
    ({ outcome }) => outcome.state.trace_link,
    () => null,
  );
  return link?.startsWith('http') === true ? [`the trace ${link}: no Langfuse is configured here`] : [];
}

const [lookEveryMs, exportedWithinMs, queryLimitMs] = [250, 15_000, 2_000];

/** What is on its way would else arrive after its trace was removed. */
async function untilExported({ session, settings, signal }: Removal, runs: readonly RunOfServer[]): Promise<void> {
  const { client, connection } = session;
  const ids = new Set(runs.map(({ runId }) => runId));
  const exporter = client.workflow.getHandle(exporterIdOf(settings.taskQueue));
  for (const endMs = Date.now() + exportedWithinMs; Date.now() < endMs && !signal.aborted; await sleep(lookEveryMs)) {
    const ask = () => exporter.query<ExporterState>(queries.exports);
    const state = await connection.withDeadline(Date.now() + queryLimitMs, ask).catch(() => null);
    const isOnItsWay = state?.sending.some(({ runId }) => ids.has(runId)) === true;
    const isNext = state?.waiting.some(({ runId, failed }) => ids.has(runId) && failed === undefined) === true;
    if (!isOnItsWay && !isNext) return;
  }
}

async function removeJournal({ settings, shared }: Removal, runId: string): Promise<number> {
  const file = join(dataPaths(settings.dataDirectory).journal, journalFileName(runId));
  return Number(await removeFile(file)) + ((await shared?.removeJournal(runId)) ?? 0);
}

async function removeTrace({ settings }: Removal, runId: string, kept: string[]): Promise<number> {
  const traceId = traceIdOf(runId);
  const file = join(dataPaths(settings.dataDirectory).traces, traceFileName(traceId));
  // That of earlier versions is not compressed.
  const files = Number(await removeFile(file)) + Number(await removeFile(file.replace(/\.zst$/, '')));
  const { langfuse } = settings.traces;
  if (langfuse === null) return files;
  try {
    return files + Number(await deleteTrace(langfuse, traceId));
  } catch (error) {
    kept.push(`the trace ${traceId} in Langfuse: ${printableLine(messageOf(error))}`);
    return files;
  }
}
