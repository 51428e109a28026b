/** Says how far the router agrees with the routes that were expected. */
import { type Agreement, agreementOf } from '../harness/agreement.ts';
import { printableLine } from './output.ts';
import type { Routed } from './route-one.ts';

export type RoutingSummary = { summary: true; models: string[]; failed: number; fallbacks: number } & Agreement;

/** Null where no route was expected. Questions whose router failed count as failed, not as disagreement. */
export function routingSummary(all: readonly Routed[]): RoutingSummary | null {
  const judged = all.filter((routed) => routed.expected !== null);
  if (judged.length === 0) return null;
  const routed = judged.flatMap((each) => ('error' in each ? [] : [each]));
  const pairs = routed.map(({ expected, route }) => ({ expected: expected ?? '', actual: route }));
  return {
    summary: true,
    models: [...new Set(routed.flatMap(({ model }) => (model === null ? [] : [model])))],
    failed: judged.length - routed.length,
    fallbacks: routed.filter(({ fallback }) => fallback).length,
    ...agreementOf(pairs),
  };
}

export function summaryText(summary: RoutingSummary): string {
  const { n, agreed, share, interval, kappa, failed, fallbacks, models, confusion } = summary;
  const between = interval === null ? '' : ` (95 % interval ${percent(interval.low)} to ${percent(interval.high)})`;
  return [
    `agreement  ${agreed} of ${n}${share === null ? '' : `, ${percent(share)}`}${between}`,
    `kappa      ${kappa === null ? 'not defined: one label only' : kappa.toFixed(3)}`,
    `fallbacks  ${fallbacks}`,
    `failed     ${failed}`,
    `model      ${models.length === 0 ? 'none' : printableLine(models.join(', '))}`,
    '',
    ...confusionRows(confusion),
  ].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Expected routes down, actual ones across. */
function confusionRows({ labels, counts }: Agreement['confusion']): string[] {
  const names = labels.map(printableLine);
  const width = Math.max(8, ...names.map((name) => name.length)) + 2;
  const row = (name: string, cells: readonly (string | number)[]) =>
    name.padEnd(width) + cells.map((cell) => String(cell).padStart(width)).join('');
  return [row('expected', names), ...names.map((name, at) => row(name, counts[at] ?? []))];
}
