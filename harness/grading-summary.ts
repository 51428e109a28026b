/** Adds up graded records, arm by arm. */
import type { GradedRecord } from './graded-record.ts';
import { type Label, labels } from './labels.ts';

export type ArmSummary = {
  arm: string;
  records: number;
  /** Records that have a grade: all but those that a person cancelled. */
  graded: number;
  correct: number;
  errors: number;
  labels: Partial<Record<Label, number>>;
  /** How many records have it, as primary label or besides. */
  anyLabel: Partial<Record<Label, number>>;
  wrongKindCalls: number;
  redundantCalls: number;
  calls: number;
  /** Records that do not say which tools were called: nothing is known of their waste. */
  withoutCalls: number;
  offline: number;
};

/** One summary an arm, in the order in which the arms first appear. */
export function summarizeGrades(graded: readonly GradedRecord[]): ArmSummary[] {
  return [...Map.groupBy(graded, ({ arm }) => arm)].map(([arm, records]) => summaryOf(arm, records));
}

function summaryOf(arm: string, records: readonly GradedRecord[]): ArmSummary {
  const sum = (figure: (record: GradedRecord) => number) =>
    records.reduce((total, record) => total + figure(record), 0);
  const many = (holds: (record: GradedRecord) => boolean) => records.filter(holds).length;
  return {
    arm,
    records: records.length,
    graded: many(({ correct }) => correct !== null),
    correct: many(({ correct }) => correct === true),
    errors: many(({ error }) => error),
    labels: counted((label) => many((record) => record.label === label)),
    anyLabel: counted((label) => many((record) => record.label === label || record.secondary_labels.includes(label))),
    wrongKindCalls: sum(({ tools }) => tools?.counts['wrong-kind'] ?? 0),
    redundantCalls: sum(({ tools }) => tools?.counts.redundant ?? 0),
    calls: sum(({ tools }) => tools?.calls.length ?? 0),
    withoutCalls: many(({ tools }) => tools === null),
    offline: many(({ offline }) => offline === true),
  };
}

/** Labels that nothing has are left out. */
function counted(count: (label: Label) => number): Partial<Record<Label, number>> {
  return Object.fromEntries(labels.map((label) => [label, count(label)] as const).filter(([, many]) => many > 0));
}
