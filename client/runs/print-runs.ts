/** Prints questions' runs, newest first. */
import { listRuns, type RunChoice, type RunRow } from '../../application/runs/list-runs.ts';
import type { RunStatus } from '../../application/runs/run-status.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession } from '../../application/session/session.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { printableLine } from '../../lib/printable.ts';
import { cutToWidth, padToWidth, widthOf } from '../../lib/terminal-width.ts';
import type { TextStyle } from '../ask/outcome-text.ts';
import { readManifest } from '../../application/benchmarks/benchmark-folders.ts';
import { circuitText, openCircuits } from '../doctor/circuits.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { colorsFor, columnsOf, note, print, printJson } from '../terminal/output.ts';

export type ListOptions = RunChoice & { json: boolean };

/** @throws UsageError for a benchmark that does not exist */
export async function printRuns({ json, ...choice }: ListOptions): Promise<number> {
  const settings = readSettings();
  const { benchmark, status } = choice;
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  const rows = await listRuns(session, choice, interrupt.signal);
  if (rows.length === 0 && benchmark !== undefined) await readManifest(settings.dataDirectory, benchmark);
  for (const circuit of openCircuits(dataPaths(settings.dataDirectory).circuits)) note(circuitText(circuit));
  if (json) printJson(rows);
  else if (rows.length === 0) note(nothingText(benchmark, status));
  else print(runsTable(rows, process.stdout.isTTY ? columnsOf(process.stdout) : null, colorsFor(process.stdout)));
  return exitCodes.worked;
}

function nothingText(benchmark: string | undefined, status: RunStatus | undefined): string {
  const which = status === undefined ? 'no runs' : `no runs with the status ${status}`;
  if (benchmark !== undefined) return `there are ${which} of the benchmark ${benchmark}`;
  return status === undefined ? 'there are no runs yet: switchyard ask "…" starts one' : `there are ${which}`;
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
