/** The tables of a measurement, and its charts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChartSvg } from '../peers/report/bar-chart.ts';
import { tableText } from '../peers/report/table.ts';
import type { KillFigures } from './kill-worker.ts';
import type { CpuFigures, GrowthFigures, ScaleFigures } from './measure-workers.ts';

export type ScaleResult = {
  startedAt: string;
  commit: string;
  cpus: number;
  load: string;
  workers: ScaleFigures[];
  growth: GrowthFigures[];
  kills: KillFigures[];
};

/** Writes `scale.md` and the charts into the folder. @returns the text */
export function writeReport(folder: string, result: ScaleResult): string {
  const { workers, growth, kills, startedAt, commit, cpus, load } = result;
  const parts = [`${startedAt}, commit ${commit}, ${cpus} cores, load before ${load}`];
  if (workers.length > 0) {
    parts.push(workersTable(workers));
    writeFileSync(join(folder, 'rate.svg'), rateChart(workers));
    writeFileSync(join(folder, 'cpu.svg'), cpuChart(workers));
  }
  if (growth.length > 0) {
    parts.push(growthTable(growth));
    writeFileSync(join(folder, 'growth.svg'), growthChart(growth));
  }
  if (kills.length > 0) parts.push(killsTable(kills), ...kills.flatMap(({ otherwise }) => otherwise));
  const text = `${parts.join('\n\n')}\n`;
  writeFileSync(join(folder, 'scale.md'), text);
  return text;
}

const cpuHead = ['workers', 'server', 'Postgres', 'model', 'client'];
const cpuCells = (cpu: CpuFigures) =>
  [cpu.workers, cpu.server, cpu.postgres, cpu.model, cpu.client].map((ms) => `${ms} ms`);

function workersTable(figures: readonly ScaleFigures[]): string {
  const head = [
    'workers',
    'store',
    'in flight',
    'questions a second',
    'p50',
    ...cpuHead.map(cpuOf),
    'memory of workers',
  ];
  return tableText(
    head,
    figures.map(({ workers, keeping, inFlight, perSecond, p50Ms, cpuMs, memoryMiB }) => [
      ...[String(workers), keeping, String(inFlight), String(perSecond), `${p50Ms} ms`],
      ...cpuCells(cpuMs),
      `${memoryMiB} MiB`,
    ]),
  );
}

const cpuOf = (who: string): string => `CPU a question: ${who}`;

function growthTable(figures: readonly GrowthFigures[]): string {
  return tableText(
    ['grows', 'size', 'p50', 'events', 'history', ...cpuHead.slice(0, 3).map(cpuOf)],
    figures.map(({ grows, size, p50Ms, events, historyKb, cpuMs }) => [
      ...[grows === 'turns' ? 'tool calls of a specialist' : 'specialists', String(size), `${p50Ms} ms`],
      ...[String(events), `${historyKb} kB`, ...cpuCells(cpuMs).slice(0, 3)],
    ]),
  );
}

function killsTable(figures: readonly KillFigures[]): string {
  const head = [
    ...['questions', 'in flight at the kill', 'answered', 'calls', 'requests', 'repeated after stored'],
    ...['on the way into the store', 'in flight', 'kill to the last answer'],
  ];
  return tableText(
    head,
    figures.map((each) => [
      ...[each.questions, each.inFlight, each.answered, each.calls, each.requests, each.repeatedAfterStored].map(
        String,
      ),
      ...[String(each.repeatedOnTheWay), String(each.repeatedInFlight), `${each.seconds} s`],
    ]),
  );
}

const label = ({ workers, keeping }: ScaleFigures): string => `${workers} × ${keeping}`;
const totalOf = (cpu: CpuFigures): number => cpu.workers + cpu.server + cpu.postgres;
const ofOurs = ({ workers, server, postgres }: CpuFigures) =>
  Object.entries({ workers, server, Postgres: postgres }).map(([name, value]) => ({ name, value }));

function rateChart(figures: readonly ScaleFigures[]): string {
  const bars = figures.map((each) => ({
    label: label(each),
    parts: [{ name: '', value: each.perSecond }],
    note: String(each.perSecond),
    isOwn: each.keeping === 'shared',
  }));
  const subtitle = `Temporal on Postgres, ${figures[0]?.inFlight} in flight`;
  return barChartSvg({ title: 'Questions a second', subtitle, bars });
}

function cpuChart(figures: readonly ScaleFigures[]): string {
  const bars = figures.map((each) => ({
    label: label(each),
    parts: ofOurs(each.cpuMs),
    note: `${Math.round(totalOf(each.cpuMs))} ms`,
    isOwn: each.keeping === 'shared',
  }));
  return barChartSvg({ title: 'Milliseconds of CPU a question', subtitle: 'Temporal on Postgres', bars });
}

function growthChart(figures: readonly GrowthFigures[]): string {
  const bars = figures.map((each) => ({
    label: `${each.size} ${each.grows === 'turns' ? 'tool calls' : 'specialists'}`,
    parts: ofOurs(each.cpuMs),
    note: `${Math.round(totalOf(each.cpuMs))} ms, ${each.events} events`,
    isOwn: false,
  }));
  return barChartSvg({ title: 'A question that grows', subtitle: 'Milliseconds of CPU, one at a time', bars });
}
