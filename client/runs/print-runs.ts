/** Prints questions' runs, newest first. */
import { listRuns, type RunChoice, type RunRow } from '../../application/runs/list-runs.ts';
import type { RunStatus } from '../../application/runs/run-status.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession } from '../../application/session/session.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { printableLine } from '../../lib/printable.ts';
import { cutToWidth } from '../../lib/terminal-width.ts';
import type { TextStyle } from '../ask/outcome-text.ts';
import { readManifest } from '../../application/benchmarks/benchmark-folders.ts';
import { circuitText, openCircuits } from '../doctor/circuits.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { colorsFor, columnsOf, note, print, printJson } from '../terminal/output.ts';
import { tableLines } from '../terminal/table.ts';

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
export function runsTable(rows: readonly RunRow[], columns: number | null, colors: TextStyle['colors']): string {
  const heads = ['id', 'started', 'status', 'pipeline', 'route', 'outcome', 'retries', 'question'];
  const cells = rows.map((row) => [
    row.id,
    row.started.slice(0, 19).replace('T', ' '),
    row.status,
    ...[row.pipeline, row.route, row.outcome, row.retries, row.question].map((value) =>
      printableLine(String(value ?? '-')),
    ),
  ]);
  const [head = '', ...lines] = tableLines(heads, cells, { columns, colors });
  const withDoing = rows.flatMap(({ doing }, at) => [
    lines[at] ?? '',
    ...(doing === null ? [] : [`  ${columns === null ? doing : cutToWidth(doing, columns - 2)}`]),
  ]);
  return [head, ...withDoing].join('\n');
}
