/** What the performance work has to reach, beside where it began and what this run shows. */
import type { KillFigures } from '../measures/kills.ts';
import type { Results, SystemFigures } from './results.ts';

export type TargetRow = {
  figure: string;
  /** Before the work, on the same kind of machine. */
  baseline: string;
  reached: string;
  target: string;
  /** Null: not measured in this run. */
  met: boolean | null;
};

/** Of the question that this program asks about its own repository, at f24d212. */
const inputTokensBefore = 10_769;

/** One row for each figure; those that this run did not measure say so. */
export function targetRows({ systems, kills }: Results): TargetRow[] {
  const own = systems.find(({ name }) => name === 'switchyard');
  return [...speedRows(own), ...killRows(kills), ...sizeRows(own)];
}

function speedRows(own: SystemFigures | undefined): TargetRow[] {
  const widest = own?.perSecond.find(({ inFlight }) => inFlight === 50)?.rate.ratio ?? null;
  return [
    row('one at a time, p50, ratio to plain Temporal', '1.86 to 2.0', own?.oneAtATimeMs.ratio, 0.85, '', 'most'),
    row('questions a second at 50 in flight, the same ratio', '0.45', widest, 1, '', 'least'),
    row('CPU of worker and server a question, the same ratio', '2.0 to 2.2', own?.cpuMs.ratio, 0.95, '', 'most'),
    row('added at 1,000 ms per model call', 'not known', own?.addedPercent, 3, ' %', 'most'),
  ];
}

function sizeRows(own: SystemFigures | undefined): TargetRow[] {
  const memory = own?.memoryMiB ?? null;
  const [worker, both] = memory === null ? [] : [memory.worker, memory.worker + (memory.server ?? 0)];
  const gib = (mib: number | undefined) => (mib === undefined ? null : mib / 1024);
  const disk = own?.diskBytes ? Object.values(own.diskBytes).reduce((sum, bytes) => sum + bytes, 0) / 1024 : null;
  const after = memory?.afterQuestions ?? 500;
  const tokens = own?.inputTokens == null ? null : own.inputTokens / inputTokensBefore;
  return [
    row(`memory of the worker after ${after} questions`, 'not known', gib(worker), 0.45, ' GB', 'most'),
    row(`memory of worker and server after ${after} questions`, '1.1 GB', gib(both), 0.45, ' GB', 'most'),
    row('disk a question', '184 KB', disk, 60, ' KB', 'most'),
    row('input tokens a question of this run', '1', tokens, 0.75, '', 'most'),
    row('idle CPU of the worker', '2 %', own?.idlePercent.worker, 0.5, ' %', 'most'),
  ];
}

function killRows(kills: readonly KillFigures[]): TargetRow[] {
  const worker = kills.find(({ name }) => name === 'switchyard worker');
  const runtime = kills.find(({ name }) => name === 'switchyard runtime');
  return [
    row('kill -9 of a worker: p50', '13.3 s', seconds(worker?.p50Ms), 3, ' s', 'most'),
    row('kill -9 of a worker: worst', 'not known', seconds(worker?.worstMs), 12, ' s', 'most'),
    row('kill -9 of a worker: finished calls repeated', '0', worker?.finishedRepeated, 0, '', 'most'),
    row('kill -9 of the runtime, then `up`: p50', 'not known', seconds(runtime?.p50Ms), 6, ' s', 'most'),
    row('kill -9 of the runtime: finished calls repeated', 'not known', runtime?.finishedRepeated, 0, '', 'most'),
    row('kills without an answer', '0', unanswered(worker, runtime), 0, '', 'most'),
  ];
}

const seconds = (ms: number | null | undefined): number | null => (ms == null ? null : ms / 1000);

function unanswered(...kills: readonly (KillFigures | undefined)[]): number | null {
  const measured = kills.filter((each) => each !== undefined);
  return measured.length === 0 ? null : measured.reduce((sum, each) => sum + each.unanswered, 0);
}

function row(
  figure: string,
  baseline: string,
  value: number | null | undefined,
  bound: number,
  unit: string,
  side: 'most' | 'least',
): TargetRow {
  const target = `${side === 'most' ? 'at most' : 'at least'} ${bound}${unit}`;
  if (value == null) return { figure, baseline, reached: 'not measured', target, met: null };
  const met = side === 'most' ? value <= bound : value >= bound;
  return { figure, baseline, reached: `${Math.round(value * 100) / 100}${unit}`, target, met };
}
