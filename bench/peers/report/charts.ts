/** The charts of a measurement: one for each figure that was measured. */
import { type Bar, barChartSvg } from './bar-chart.ts';
import type { Compared, Results, SystemFigures } from './results.ts';

export type Chart = { file: string; title: string; svg: string };

export function chartsOf({ systems, kills }: Results): Chart[] {
  const levels = systems[0]?.perSecond.map(({ inFlight }) => inFlight) ?? [];
  return [
    chart('one-at-a-time', 'Milliseconds of a question, one at a time', spreadNote, systems, ({ oneAtATimeMs }) =>
      comparedBar(oneAtATimeMs, 'ms'),
    ),
    ...levels.map((level, at) =>
      chart(`in-flight-${level}`, `Questions a second, ${level} in flight`, spreadNote, systems, ({ perSecond }) =>
        comparedBar(perSecond[at]?.rate, ''),
      ),
    ),
    chart('cpu', 'Milliseconds of CPU a question, one at a time', 'without the client and the model', systems, cpuBar),
    chart('memory', 'MiB of memory', 'of all processes of a system, after all questions', systems, memoryBar),
    chart('disk', 'KiB on disk a question', 'what grows with questions', systems, diskBar),
    killChart(kills),
  ].flatMap((each) => (each === null ? [] : [each]));
}

const spreadNote = 'median, a tenth and nine tenths of the blocks; × of plain Temporal code';

type Drawn = Pick<Bar, 'parts' | 'spread' | 'note'> | null;

/** Null where no system has the figure. */
function chart(
  file: string,
  title: string,
  subtitle: string,
  systems: readonly SystemFigures[],
  draw: (system: SystemFigures) => Drawn,
): Chart | null {
  const bars = systems.flatMap((system) => {
    const drawn = draw(system);
    return drawn === null ? [] : [{ ...drawn, label: system.name, isOwn: system.name === 'switchyard' }];
  });
  if (bars.length === 0) return null;
  return { file: `${file}.svg`, title, svg: barChartSvg({ title, subtitle, bars }) };
}

function comparedBar(figure: Compared | undefined, unit: string): Drawn {
  if (figure === undefined || figure.n === 0) return null;
  const { value, low, high, ratio } = figure;
  const note = `${shown(value)} ${unit}${ratio === null ? '' : ` (${ratio.toFixed(2)}×)`}`;
  return { parts: [{ name: '', value }], spread: { low, high }, note };
}

function cpuBar({ cpuMs: { worker, server, ratio } }: SystemFigures): Drawn {
  const note = `${shown(worker)} + ${shown(server)}${ratio === null ? '' : ` (${ratio.toFixed(2)}×)`}`;
  return { parts: parts({ worker, server }), note };
}

function memoryBar({ memoryMiB }: SystemFigures): Drawn {
  if (memoryMiB === null) return null;
  const { worker, server } = memoryMiB;
  return {
    parts: parts({ worker, server: server ?? 0 }),
    note: server === null ? `${worker}` : `${worker} + ${server}`,
  };
}

function diskBar({ diskBytes }: SystemFigures): Drawn {
  if (diskBytes === null || Object.keys(diskBytes).length === 0) return null;
  const kib = Object.fromEntries(Object.entries(diskBytes).map(([part, bytes]) => [part, bytes / 1024]));
  return { parts: parts(kib), note: shown(Object.values(kib).reduce((sum, each) => sum + each, 0)) };
}

function killChart(kills: Results['kills']): Chart | null {
  const bars = kills.flatMap(({ name, p50Ms, worstMs, personActs }): Bar[] => {
    if (p50Ms === null || worstMs === null) return [];
    const spread = { low: p50Ms / 1000, high: worstMs / 1000 };
    const note = `${shown(spread.low)} s, worst ${shown(spread.high)}${personActs ? ', a person acts' : ''}`;
    return [{ label: name, parts: parts({ '': spread.low }), spread, note, isOwn: name.startsWith('switchyard') }];
  });
  if (bars.length === 0) return null;
  const title = 'Seconds from kill -9 to the answer';
  return {
    file: 'kills.svg',
    title,
    svg: barChartSvg({ title, subtitle: 'median, and the worst of all kills', bars }),
  };
}

const parts = (values: Record<string, number>): Bar['parts'] =>
  Object.entries(values).map(([name, value]) => ({ name, value: Math.max(0, value) }));

const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
