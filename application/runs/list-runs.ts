/** Lists questions' runs, newest first. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { z } from 'zod';
import { attributeNames, type searchAttributes, workflowTypes } from '../../contracts/names.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { cut, printableLine } from '../../lib/printable.ts';
import { ServerRefused } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { executionStatuses, type RunStatus } from './run-status.ts';
import { inputOfRun } from './run-input.ts';
import { registeredAttributes } from './start-run.ts';
import { progressOf } from './watch-run.ts';

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

export type RunChoice = {
  /** How many, at most. */
  limit: number;
  /** The runs of this benchmark; those of none unless given. */
  benchmark?: string;
  status?: RunStatus;
};

/** @throws ServerRefused where the server can't tell which runs have the status */
export async function listRuns(
  session: Session,
  { limit, benchmark, status }: RunChoice,
  signal: AbortSignal,
): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  const query = await queryOf(session, benchmark, status);
  for await (const execution of session.client.workflow.list({ query, pageSize: Math.min(limit, 200) })) {
    rows.push(rowOf(execution, session));
    if (rows.length >= limit) break;
  }
  await fillFromInputs(rows, session, signal);
  await fillFromStates(rows, session, signal);
  return rows;
}

/**
 * A server without our search attributes can't tell the runs of benchmarks from others.
 * @throws ServerRefused where it can't tell those that wait either, and they were asked for
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
    throw new ServerRefused(
      `this server has no search attribute ${outcome}, which says which runs wait: take --status running`,
    );
  if (status === 'waiting') parts.push(`${outcome} = 'waiting'`);
  if (status === 'running' && known.has(outcome)) parts.push(`(${outcome} IS NULL OR ${outcome} != 'waiting')`);
  return parts.join(' AND ');
}

/** What visibility knows; a server without our search attributes still has the memo. */
export function rowOf(execution: Omit<WorkflowExecutionInfo, 'raw'>, session: Pick<Session, 'urlOf'>): RunRow {
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
async function inputOf(session: Session, { id, runId }: RunRow) {
  try {
    const { question, pipeline } = StartedInput.parse(await inputOfRun(session, { workflowId: id, runId }));
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
