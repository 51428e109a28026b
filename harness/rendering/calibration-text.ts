/** What `judge calibrate` found out, in words. */
import { printableLine } from '../../lib/printable.ts';
import { padToWidth } from '../../lib/terminal-width.ts';
import type { JudgeCalibration, ShareOf } from '../judges/calibration.ts';
import type { Interval } from '../statistics/proportions.ts';
import { percent } from './figures.ts';

/** Its name, a line a figure with its interval, then what makes them weak. */
export function calibrationText(found: JudgeCalibration): string {
  const { judge, model, labels, judged, agreement, truePositive, falsePositive, order, retest, remarks } = found;
  const kappa = agreement.kappa === null ? 'not defined' : agreement.kappa.toFixed(2);
  const kappaBounds =
    agreement.kappaInterval === null
      ? ', too few labels for its interval'
      : ` (${agreement.kappaInterval.low.toFixed(2)} to ${agreement.kappaInterval.high.toFixed(2)})`;
  const rows: [string, string][] = [
    ['labels', `${labels}, of which it judged ${judged}`],
    [
      'agrees with people',
      `${agreement.agreed} of ${agreement.n}${between(agreement.interval)}, kappa ${kappa}${kappaBounds}`,
    ],
    ['true positive rate', shareText(truePositive)],
    ['false positive rate', shareText(falsePositive)],
    ['criteria reversed', `${shareText(order)} change, ${order.toRight} of them to right`],
    ['asked again', `${shareText(retest)} change`],
  ];
  const named = model === null || model === judge ? judge : `${judge} (${model})`;
  return [
    printableLine(named),
    ...rows.map(([name, text]) => `  ${padToWidth(name, 21)}${text}`),
    ...remarks.map((remark) => `  ${remark}`),
  ].join('\n');
}

function shareText({ yes, n, share, interval }: ShareOf): string {
  return share === null ? 'unknown' : `${yes} of ${n}: ${percent(share)}${between(interval)}`;
}

const between = (interval: Interval | null) =>
  interval === null ? '' : ` (${percent(interval.low)} to ${percent(interval.high)})`;
