/** Asks the Temporal server which runs are open or inside their retention, and reads in their histories what they refer to. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { exporterType, workflowTypes } from '../../contracts/names.ts';
import { clearPayloads, fetchClearHistory } from '../../observability/clear-history.ts';
import { unsentRuns } from '../../observability/exporter-history.ts';
import { unlessGone } from '../../observability/unless-gone.ts';
import { mentionedIn } from '../../retrieval/store/content-sweep.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { isQuestionRun } from '../runs/question-runs.ts';

export type RunOfServer = { workflowId: string; runId: string };

/** With the size of its history, in bytes. */
export type ExpiredRun = RunOfServer & { bytes: number };

export type NeededRuns = {
  /** Run ids. */
  open: Set<string>;
  /** Run ids, those of open runs among them. */
  needed: Set<string>;
  /** Run ids whose replies stay: those of the needed, which can be forked, and of what open runs are forks of. */
  journals: Set<string>;
  /** Ids of content and of snapshots that their histories mention. */
  mentioned: Set<string>;
  /** Closed before the retention began. */
  expired: ExpiredRun[];
};

export type RunsRequest = {
  client: Client;
  /** Runs that were closed at or after this moment are inside their retention. */
  closedSinceMs: number;
  /** Null: all runs of the namespace are of this data directory. */
  taskQueue: string | null;
  /** What is worth noting of what a history mentions. */
  universe: ReadonlySet<string>;
  /** Run ids of runs that need nothing any more. */
  without?: ReadonlySet<string>;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
};

/** As a server writes them. */
const runIds = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Histories in flight. */
const atOnce = 8;

/** @throws whatever the server says but "not found": what is needed is then not known, and nothing may be removed */
export async function findNeededRuns(request: RunsRequest): Promise<NeededRuns> {
  const { client, closedSinceMs, signal } = request;
  const runs = await listRuns(request, `(CloseTime IS NULL OR CloseTime >= '${time(closedSinceMs)}')`);
  const old = await listRuns(request, `CloseTime < '${time(closedSinceMs)}'`);
  const open = runs.filter(({ closeTime }) => closeTime === undefined);
  const parents = new Set(open.map(({ workflowId }) => workflowId));
  const isChildOfOpen = ({ parentExecution }: WorkflowExecutionInfo) => parents.has(parentExecution?.workflowId ?? '');
  const wanted = new Map<string, RunOfServer>();
  const add = ({ workflowId, runId }: RunOfServer) => wanted.set(runId, { workflowId, runId });
  for (const run of [...runs, ...old.filter(isChildOfOpen)]) add(run);
  for (const run of open.filter(({ type }) => type === exporterType)) {
    const history = await unlessGone(fetchClearHistory(client, run));
    for (const exported of history === null ? [] : unsentRuns(history)) add(exported);
  }
  const mentioned = new Set<string>();
  const note = (text: string) => {
    for (const id of mentionedIn(text)) if (request.universe.has(id)) mentioned.add(id);
  };
  const journals = new Set(wanted.keys());
  const noteOfQuestion = (text: string) => {
    note(text);
    for (const [id] of text.matchAll(runIds)) journals.add(id);
  };
  const all = [...wanted.values()];
  let done = 0;
  const openIds = new Set(open.map(({ runId }) => runId));
  // Others mention runs that they need no more.
  const questions = open.filter(isQuestionRun);
  const openQuestions = new Set(questions.map(({ runId }) => runId));
  await inParallel(
    all,
    { width: atOnce, signal },
    (run) => {
      return readRun(client, run, openIds.has(run.runId), openQuestions.has(run.runId) ? noteOfQuestion : note);
    },
    () => {
      done += 1;
      request.onProgress(done, all.length);
    },
  );
  signal.throwIfAborted();
  const expired = old
    .filter(({ runId }) => !wanted.has(runId))
    .map(({ workflowId, runId, historySize }) => ({ workflowId, runId, bytes: historySize ?? 0 }));
  return { open: openIds, needed: new Set(wanted.keys()), journals, mentioned, expired };
}

/** Open ones come first, then those closed last: a run that closes while the pages are read is on a later page. */
async function listRuns(
  { client, taskQueue, without, signal }: RunsRequest,
  which: string,
): Promise<WorkflowExecutionInfo[]> {
  const types = [...Object.values(workflowTypes), exporterType].map((type) => `'${type}'`).join(', ');
  const ours =
    taskQueue === null ? '' : `(WorkflowType IN (${types}) OR TaskQueue = '${taskQueue.replaceAll("'", "''")}') AND `;
  const runs: WorkflowExecutionInfo[] = [];
  for await (const run of client.workflow.list({ query: `${ours}${which}`, pageSize: 500 })) {
    signal.throwIfAborted();
    if (without?.has(run.runId) !== true) runs.push(run);
  }
  return runs;
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** What an attempt left in its heartbeats stands in no history yet. */
async function readRun(
  client: Client,
  { workflowId, runId }: RunOfServer,
  isOpen: boolean,
  note: (text: string) => void,
): Promise<void> {
  const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
  noteTexts(await unlessGone(fetchClearHistory(client, { workflowId, runId })), note);
  if (!isOpen) return;
  const described = await unlessGone(handle.describe());
  if (described !== null) noteTexts(await clearPayloads(described.raw.pendingActivities, client), note);
}

/** Every text and every payload, wherever it stands: a reference that is added to a payload one day is found too. */
export function noteTexts(value: unknown, note: (text: string) => void): void {
  if (typeof value === 'string') note(value);
  else if (value instanceof Uint8Array) note(Buffer.from(value).toString('utf8'));
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) noteTexts(part, note);
}
