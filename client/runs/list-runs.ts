/** Lists questions' runs, newest first. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { clearPayloads } from '../../observability/clear-history.ts';
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import { attributeNames, type searchAttributes, workflowTypes } from '../../contracts/names.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { colorsFor, columnsOf, note, print, printJson } from '../terminal/output.ts';
import { cut, printableLine } from '../../lib/printable.ts';
import { cutToWidth, padToWidth, widthOf } from '../../lib/terminal-width.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { circuitText, openCircuits } from '../doctor/circuits.ts';
import { readManifest } from '../benchmark/benchmark-folder.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { executionStatuses, type RunStatus } from '../input/option-values.ts';
import { inParallel } from '../input/in-parallel.ts';
import { readSettings } from '../input/read-settings.ts';
import { openSession, type Session } from '../session.ts';
import type { TextStyle } from '../ask/outcome-text.ts';
import { registeredAttributes } from '../ask/start-run.ts';
import { progressOf } from '../ask/watch-run.ts';

export type RunRow = {
  id: string;
  runId: string;
  /** ISO 8601. */
  started: string;
  status: string;
  pipeline: string | null;
  route: string | null;
  outcome: string | null;
  retries: number | null;
  question: string | null;
  /** What an open run does now, such as `indexing 1,200 of 27,674 files, about 70 s left`; null where no worker tells. */
  doing: string | null;
  webUrl: string | null;
};

export type ListOptions = {
  limit: number;
  /** The runs of this benchmark; those of none unless given. */
  benchmark?: string;
  status?: RunStatus;
  json: boolean;
};

/** @throws UsageError for a benchmark that does not exist */
export async function listRuns({ limit, benchmark, status, json }: ListOptions): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const rows: RunRow[] = [];
  const query = await queryOf(session, benchmark, status);
  for await (const execution of session.client.workflow.list({ query, pageSize: Math.min(limit, 200) })) {
    rows.push(rowOf(execution, session));
    if (rows.length >= limit) break;
  }
  await fillFromInputs(rows, session, interrupt.signal);
  await fillFromStates(rows, session, interrupt.signal);
  if (rows.length === 0 && benchmark !== undefined) await readManifest(settings.dataDirectory, benchmark);
  for (const circuit of openCircuits(dataPaths(settings.dataDirectory).circuits)) note(circuitText(circuit));
  if (json) printJson(rows);
  else if (rows.length === 0) note(nothingText(benchmark, status));
  else print(runsTable(rows, process.stdout.isTTY ? columnsOf(process.stdout) : null, colorsFor(process.stdout)));
  return exitCodes.worked;
}

/**
 * A server without our search attributes can't tell the runs of benchmarks from others.
 * @throws CommandFailure where it can't tell those that wait either, and they were asked for
 */
async function queryOf(session: Session, benchmark: string | undefined, status: RunStatus | undefined) {
  const known = await registeredAttributes(session.connection, session.namespace);
  const parts = [`WorkflowType = '${workflowTypes.answerQuestion}'`];
  // A benchmark's id holds no quotes.
  const { outcome, benchmark: ofBenchmark } = attributeNames;
  if (known.has(ofBenchmark))
    parts.push(benchmark === undefined ? `${ofBenchmark} IS NULL` : `${ofBenchmark} = '${benchmark}'`);
  if (status !== undefined) parts.push(`ExecutionStatus = '${executionStatuses[status]}'`);
  if (status === 'waiting' && !known.has(outcome))
    throw new CommandFailure(
      `this server has no search attribute ${outcome}, which says which runs wait: take --status running`,
    );
  if (status === 'waiting') parts.push(`${outcome} = 'waiting'`);
  if (status === 'running' && known.has(outcome)) parts.push(`(${outcome} IS NULL OR ${outcome} != 'waiting')`);
  return parts.join(' AND ');
}

function nothingText(benchmark: string | undefined, status: RunStatus | undefined): string {
  const which = status === undefined ? 'no runs' : `no runs with the status ${status}`;
  if (benchmark !== undefined) return `there are ${which} of the benchmark ${benchmark}`;
  return status === undefined ? 'there are no runs yet: switchyard ask "…" starts one' : `there are ${which}`;
}

/** What visibility knows; a server without our search attributes still has the memo. */
export function rowOf(execution: WorkflowExecutionInfo, session: Pick<Session, 'urlOf'>): RunRow {
  const indexed = execution.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value] as const);
  const attributes = new Map<string, unknown>(indexed);
  const text = (name: keyof typeof searchAttributes) => textOf(attributes.get(name));
  const retries = attributes.get(attributeNames.retryCount);
  const outcome = text(attributeNames.outcome);
  const open = execution.status.name === 'RUNNING';
  return {
    id: execution.workflowId,
    runId: execution.runId,
    started: execution.startTime.toISOString(),
    status: open && outcome === 'waiting' ? 'waiting' : execution.status.name.toLowerCase().replaceAll('_', '-'),
    pipeline: text(attributeNames.pipeline) ?? textOf(execution.memo?.pipeline),
    route: text(attributeNames.route),
    outcome: open ? null : outcome,
    retries: typeof retries === 'number' ? retries : null,
    question: textOf(execution.memo?.question),
    doing: null,
    webUrl: session.urlOf(execution.workflowId, execution.runId),
  };
}

// A run that other software started has no memo of ours: its input says which question it is, and by which pipeline.

/** How many runs are asked at a time. */
const width = 8;
/** For all of them: a list must not wait for runs whose worker is away. */
const statesLimitMs = 2000;

async function fillFromStates(rows: readonly RunRow[], session: Session, signal: AbortSignal): Promise<void> {
  const open = rows.filter(({ status }) => status === 'running' || status === 'waiting');
  const untilMs = Date.now() + statesLimitMs;
  const { workflow } = session.client;
  await inParallel(
    open,
    { width, signal },
    ({ id, runId }) => progressOf(session, workflow.getHandle(id, runId), untilMs).catch(() => null),
    (progress, row) => {
      if (progress !== null) row.doing = cut(printableLine(progress.doing), doingCharacters);
    },
  );
}

async function fillFromInputs(rows: readonly RunRow[], session: Session, signal: AbortSignal): Promise<void> {
  const unnamed = rows.filter(({ pipeline, question }) => pipeline === null || question === null);
  await inParallel(
    unnamed,
    { width, signal },
    (row) => inputOf(session, row),
    (input, row) => {
      row.question ??= input.question;
      row.pipeline ??= input.pipeline;
    },
  );
}

/** The first event of a history holds the input; what is in another shape, or is gone by now, says nothing. */
async function inputOf({ client, connection, namespace }: Session, { id, runId }: RunRow) {
  const execution = { workflowId: id, runId };
  try {
    const request = { namespace, execution, maximumPageSize: 1 };
    const found = await connection.workflowService.getWorkflowExecutionHistory(request);
    const { history } = await clearPayloads(found, client);
    const [payload] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const { question, pipeline } = StartedInput.parse(defaultPayloadConverter.fromPayload(payload ?? {}));
    return { question: cut(printableLine(question), questionCharacters), pipeline: pipeline.name };
  } catch {
    return { question: null, pipeline: null };
  }
}

/** As many as two lines of a terminal. */
const doingCharacters = 160;

const StartedInput = z.object({ question: z.string(), pipeline: z.object({ name: z.string() }) });
/** As many as the memo of our own runs has. */
const questionCharacters = 200;

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** @param columns of the terminal; null: the lines may be of any length */
export function runsTable(rows: readonly RunRow[], columns: number | null, { bold }: TextStyle['colors']): string {
  const heads = ['id', 'started', 'status', 'pipeline', 'route', 'outcome', 'retries', 'question'];
  const cells = rows.map((row) => [
    row.id,
    row.started.slice(0, 19).replace('T', ' '),
    row.status,
    ...[row.pipeline, row.route, row.outcome, row.retries].map((value) => printableLine(String(value ?? '-'))),
  ]);
  const widths = heads
    .slice(0, -1)
    .map((head, at) => Math.max(...[head, ...cells.map((row) => row[at] ?? '')].map(widthOf)));
  const taken = widths.reduce((sum, width) => sum + 2 + width, 0);
  const left = columns === null ? 200 : Math.max(20, columns - taken);
  const lineOf = (row: readonly string[]) =>
    row
      .map((cell, at) => padToWidth(cell, (widths[at] ?? -2) + 2))
      .join('')
      .trimEnd();
  const lines = rows.flatMap(({ question, doing }, at) => [
    lineOf([...(cells[at] ?? []), cutToWidth(printableLine(question ?? '-'), left)]),
    ...(doing === null ? [] : [`  ${columns === null ? doing : cutToWidth(doing, columns - 2)}`]),
  ]);
  return [lineOf(heads.map(bold)), ...lines].join('\n');
}
