/** The anatomy of a run's time as a table: each part of it with its share of the wall clock, and by stage. */
import { type LatencyAnatomy, latencyAnatomy, latencyByStage, runStages } from '../observability/latency-anatomy.ts';
import type { RunHistory } from '../observability/run-history.ts';
import { latencyParts } from '../observability/run-intervals.ts';
import type { TextStyle } from './outcome-text.ts';
import { timeText } from './trace-tree.ts';

const partNames = {
  model: 'model',
  tool: 'tools',
  backoff: 'back-off',
  queue: 'queue',
  orchestration: 'orchestration',
  waiting: 'waiting',
} as const;

/** At most 80 columns. */
export function latencyText(history: RunHistory, { colors }: TextStyle): string {
  const whole = latencyAnatomy(history);
  const byStage = latencyByStage(history);
  const stages = runStages.filter((stage) => byStage[stage].totalMs > 0);
  const line = (name: string, of: (anatomy: LatencyAnatomy) => number) => {
    const share = whole.totalMs === 0 ? '' : `${((100 * of(whole)) / whole.totalMs).toFixed(1)} %`;
    const cells = stages.map((stage) => timeText(of(byStage[stage])).padStart(widthOf(stage)));
    return `${name.padEnd(14)}${timeText(of(whole)).padStart(9)}${share.padStart(9)}${cells.join('')}`;
  };
  const heads = ['in all'.padStart(9), 'share'.padStart(9), ...stages.map((stage) => stage.padStart(widthOf(stage)))];
  const rows = latencyParts.map((part) => line(partNames[part], (anatomy) => anatomy[`${part}Ms`]));
  return [
    colors.dim(' '.repeat(14) + heads.join('')),
    ...rows,
    colors.bold(line('wall clock', ({ totalMs }) => totalMs)),
  ].join('\n');
}

function widthOf(stage: string): number {
  return Math.max(9, stage.length + 1);
}
