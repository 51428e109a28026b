/** The report as Markdown: the targets, a table of all systems, kills, and what was left out. */
import type { KillFigures } from '../measures/kills.ts';
import type { Compared, Results, SystemFigures } from './results.ts';
import { tableText } from './table.ts';
import { targetRows } from './targets.ts';

/** @param charts file names of pictures beside the report, with what they show */
export function markdownOf(results: Results, charts: readonly { file: string; title: string }[]): string {
  const { machine, commit, startedAt, loadBefore, loadAfter, leftOut } = results;
  const head =
    `Measured at ${startedAt} on ${machine.cpus} cores (${machine.model}, ${machine.memoryGiB} GiB), ${machine.platform}, Node ${machine.node}, ` +
    `commit ${commit}. Load of the machine before ${loadBefore}, after ${loadAfter}.`;
  return [
    '# Switchyard beside others',
    head,
    'All systems ran the same pipeline on one stub model, block by block in turn. Ratios are to plain Temporal code with eight activities.',
    ...(leftOut.length === 0
      ? []
      : [leftOut.map(({ system, reason }) => `- left out: ${system}: ${reason}`).join('\n')]),
    '## Targets',
    targetsTable(results),
    '## Each question',
    systemsTable(results.systems),
    ...charts.map(({ file, title }) => `![${title}](${file})`),
    ...(results.kills.length === 0 ? [] : ['## Kills', killsTable(results.kills)]),
    '',
  ].join('\n\n');
}

/** The one table that says where the work stands. */
export function targetsTable(results: Results): string {
  const marks = new Map([
    [true, 'yes'],
    [false, 'no'],
    [null, ''],
  ]);
  return tableText(
    ['figure', 'before', 'reached', 'must reach', 'met'],
    targetRows(results).map((row) => [row.figure, row.baseline, row.reached, row.target, marks.get(row.met) ?? '']),
  );
}

export function systemsTable(systems: readonly SystemFigures[]): string {
  const levels = systems[0]?.perSecond.map(({ inFlight }) => inFlight) ?? [];
  const rows: [string, (system: SystemFigures) => string][] = [
    ['one at a time, p50', ({ oneAtATimeMs }) => comparedText(oneAtATimeMs, ' ms')],
    ...levels.map((level, at): [string, (system: SystemFigures) => string] => [
      `a second at ${level} in flight`,
      ({ perSecond }) => comparedText(perSecond[at]?.rate, ''),
    ]),
    ['CPU: worker + server', ({ cpuMs }) => `${cpuMs.worker} + ${cpuMs.server} ms${ratioText(cpuMs.ratio)}`],
    ['memory: worker + server', ({ memoryMiB }) => memoryText(memoryMiB)],
    ['disk', ({ diskBytes }) => diskText(diskBytes)],
    ['input tokens', ({ inputTokens }) => (inputTokens === null ? '' : String(inputTokens))],
    ['idle CPU: worker + server', ({ idlePercent }) => `${idlePercent.worker ?? 0} + ${idlePercent.server ?? 0} %`],
    ['questions without an answer', ({ failed }) => String(failed.count)],
    ['added at 1,000 ms a call', ({ addedPercent }) => (addedPercent === null ? '' : `${addedPercent} %`)],
  ];
  return tableText(
    ['per question', ...systems.map(({ name }) => name)],
    rows.map(([title, text]) => [title, ...systems.map(text)]),
  );
}

function comparedText(figure: Compared | undefined, unit: string): string {
  if (figure === undefined || figure.n === 0) return '';
  return `${figure.value}${unit} (${figure.low} to ${figure.high})${ratioText(figure.ratio)}`;
}

const ratioText = (ratio: number | null): string => (ratio === null ? '' : `, ${ratio}×`);

function memoryText(memory: SystemFigures['memoryMiB']): string {
  if (memory === null) return '';
  const server = memory.server === null ? '' : ` + ${memory.server}`;
  return `${memory.worker}${server} MiB after ${memory.afterQuestions}`;
}

function diskText(disk: SystemFigures['diskBytes']): string {
  const parts = Object.entries(disk ?? {});
  if (parts.length === 0) return '';
  const kib = (bytes: number) => Math.round(bytes / 102.4) / 10;
  const total = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
  return `${kib(total)} KiB (${parts.map(([part, bytes]) => `${part} ${kib(bytes)}`).join(', ')})`;
}

function killsTable(kills: readonly KillFigures[]): string {
  const seconds = (ms: number | null) => (ms === null ? 'none' : `${Math.round(ms / 100) / 10} s`);
  return tableText(
    [
      '',
      'kills',
      'to the answer, p50',
      'worst',
      'restart alone',
      'unanswered',
      'finished repeated',
      'in flight repeated',
      'somebody acts',
    ],
    kills.map((each) => [
      each.name,
      String(each.kills),
      seconds(each.p50Ms),
      seconds(each.worstMs),
      seconds(each.restartP50Ms),
      String(each.unanswered),
      String(each.finishedRepeated),
      String(each.inFlightRepeated),
      each.personActs ? 'yes' : 'no',
    ]),
  );
}
