/** A report of two planted logs, without the runs behind it. */
import { type Planted, plantedLogs, sameVariants } from '../../../bench/statistics/planted-log.ts';
import { ComparisonPlan } from '../../../contracts/evaluation/comparison-plan.ts';
import { compareVariants } from '../../../harness/comparison/compare-variants.ts';
import type { GradedTrial } from '../../../harness/graded-trial.ts';
import type { Report } from '../../../harness/report/report.ts';
import { splitSignals } from '../../../harness/signals/split-signals.ts';

export function reportOf(baseline: GradedTrial[], candidate: GradedTrial[], more: Partial<Report> = {}): Report {
  const sides = [baseline, candidate].map((trials) => ({ trials, spec: null })) as [never, never];
  const comparison = compareVariants(...sides, ComparisonPlan.parse({}));
  return {
    comparison,
    gates: [],
    signals: splitSignals(baseline),
    variants: [
      { summary: comparison.baseline, trials: baseline, tokens: 1000 },
      { summary: comparison.candidate, trials: candidate, tokens: 3000 },
    ],
    leftOut: [],
    questions: [],
    offline: false,
    startedAt: null,
    remarks: [],
    base: '',
    ...more,
  };
}

export function plantedReport(planted: Partial<Planted>, more: Partial<Report> = {}): Report {
  return reportOf(...plantedLogs({ ...sameVariants, ...planted }, 7), more);
}
