/** Lists questions' runs, newest first. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { type searchAttributes, workflowTypes } from '../../contracts/names.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { colorsFor, columnsOf, note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { cutToWidth, padToWidth, widthOf } from '../../lib/terminal-width.ts';
import { readSettings } from '../input/read-settings.ts';
import { openSession, type Session } from '../session.ts';
import type { TextStyle } from '../ask/outcome-text.ts';
import { registeredAttributes } from '../ask/start-run.ts';

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
  webUrl: string | null;
};

export type ListOptions = {
  limit: number;
  /** The runs of this benchmark; those of none unless given. */
  benchmark?: string;
  json: boolean;
};

export async function listRuns({ limit, benchmark, json }: ListOptions): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const rows: RunRow[] = [];
  const query = await queryOf(session, benchmark);
  for await (const execution of session.client.workflow.list({ query, pageSize: Math.min(limit, 200) })) {
    rows.push(rowOf(execution, session));
    if (rows.length >= limit) break;
  }
  if (json) printJson(rows);
  else if (rows.length === 0) note(nothingText(benchmark));
  else print(runsTable(rows, process.stdout.isTTY ? columnsOf(process.stdout) : null, colorsFor(process.stdout)));
  return exitCodes.worked;
}

/** A server without our search attributes can't tell the runs of benchmarks from others. */
async function queryOf(session: Session, benchmark: string | undefined): Promise<string> {
  const questions = `WorkflowType = '${workflowTypes.answerQuestion}'`;
  const known = await registeredAttributes(session.connection, session.namespace);
  if (!known.has('SwitchyardBenchmark')) return questions;
  // A benchmark's id holds no quotes.
  const which = benchmark === undefined ? 'SwitchyardBenchmark IS NULL' : `SwitchyardBenchmark = '${benchmark}'`;
  return `${questions} AND ${which}`;
}

function nothingText(benchmark: string | undefined): string {
  if (benchmark !== undefined) return `there are no runs of a benchmark ${benchmark}`;
  return 'there are no runs yet: switchyard ask "…" starts one';
}

/** What visibility knows; a server without our search attributes still has the memo. */
export function rowOf(execution: WorkflowExecutionInfo, session: Pick<Session, 'urlOf'>): RunRow {
  const indexed = execution.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value] as const);
  const attributes = new Map<string, unknown>(indexed);
  const text = (name: keyof typeof searchAttributes) => textOf(attributes.get(name));
  const retries = attributes.get('SwitchyardRetryCount');
  const outcome = text('SwitchyardOutcome');
  const open = execution.status.name === 'RUNNING';
  return {
    id: execution.workflowId,
    runId: execution.runId,
    started: execution.startTime.toISOString(),
    status: open && outcome === 'waiting' ? 'waiting' : execution.status.name.toLowerCase().replaceAll('_', '-'),
    pipeline: text('SwitchyardPipeline') ?? textOf(execution.memo?.pipeline),
    route: text('SwitchyardRoute'),
    outcome: open ? null : outcome,
    retries: typeof retries === 'number' ? retries : null,
    question: textOf(execution.memo?.question),
    webUrl: session.urlOf(execution.workflowId, execution.runId),
  };
}

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
  const questions = rows.map((row) => cutToWidth(printableLine(row.question ?? '-'), left));
  return [lineOf(heads.map(bold)), ...cells.map((row, at) => lineOf([...row, questions[at] ?? '']))].join('\n');
}
