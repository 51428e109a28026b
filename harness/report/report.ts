/** What a report tells: one comparison with the runs behind it. */
import type { Trace } from '../../contracts/trace.ts';
import type { VariantSummary } from '../comparison/variant-summary.ts';
import type { ComparedCell, Comparison } from '../comparison/compare-variants.ts';
import type { GateResult } from '../gate-rule.ts';
import type { GradedCase } from '../graded-record.ts';
import type { GradedTrial } from '../graded-trial.ts';
import type { SplitSignals } from '../signals/split-signals.ts';

export type ReportRun = GradedCase & {
  /** Null where the run's history is not at hand. */
  trace: Trace | null;
};

export type ReportQuestion = {
  question: GradedCase['question'];
  /** One run a trial, in their order; empty where the variant has none. */
  baseline: ReportRun[];
  candidate: ReportRun[];
};

export type ReportVariant = {
  summary: VariantSummary;
  /** Checked. */
  trials: readonly GradedTrial[];
  /** Input and output tokens a record, of those that say it. */
  tokens: number | null;
};

/** A variant that lacks one specialist, against the candidate that has it. */
export type LeftOut = {
  specialist: string;
  accuracy: ComparedCell;
  /** A worthwhile loss of right answers is ruled out. */
  lossRuledOut: boolean;
};

export type Report = {
  comparison: Comparison;
  gates: GateResult[];
  /** Of the baseline. */
  signals: SplitSignals;
  /** The baseline, the candidate, then the others. */
  variants: ReportVariant[];
  leftOut: LeftOut[];
  /** The largest loss first; may be a selection of them all. */
  questions: ReportQuestion[];
  /** True: the offline model answered. */
  offline: boolean;
  /** ISO 8601; null where unknown. */
  startedAt: string | null;
  /** What a reader must know of how it was measured, a sentence each. */
  remarks: string[];
  /** From the report's folder to the log's: empty, or ending in `/`. */
  base: string;
};
