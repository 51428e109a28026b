/** Adds up graded records, variant by variant. */
import type { GradedRecord } from './graded-record.ts';
import { meanOfKnown } from './statistics/mean.ts';
import { type Label, labels } from './labels.ts';

export type VariantSummary = {
  variant: string;
  records: number;
  /** Records that have a grade: all but those that a person cancelled. */
  graded: number;
  correct: number;
  errors: number;
  labels: Partial<Record<Label, number>>;
  /** How many records have it, as primary label or besides. */
  anyLabel: Partial<Record<Label, number>>;
  /** Of the records that say which tools were called. */
  wrongKindCalls: number;
  redundantCalls: number;
  calls: number;
  /** Records that do not say which tools were called: nothing is known of their waste. */
  withoutCalls: number;
  /** Calls of which it cannot be told whether they are of a wrong kind, and those whose use is not known. */
  kindUnknownCalls: number;
  useUnknownCalls: number;
  /** A citation lies in an expected file; overlaps expected lines: in `yes` of the `known` records. */
  rightFile: { yes: number; known: number };
  rightLines: { yes: number; known: number };
  /** Right answers with the right lines, of the records that have a grade and of which the lines are known. */
  correctOnRightLines: { yes: number; known: number };
  /** Mean share of the cited lines that are expected ones. */
  linesInside: { mean: number | null; known: number };
  /** Fields of the run log that say nothing in so many records, where a figure rests on them. */
  unsaid: Record<string, number>;
  offline: number;
  /** Of graders of one's own: the mean, of so many records that have a score. */
  scores: { grader: string; mean: number | null; known: number }[];
};

/** One summary a variant, in the order in which the variants first appear. */
export function summarizeGrades(graded: readonly GradedRecord[]): VariantSummary[] {
  return [...Map.groupBy(graded, ({ variant }) => variant)].map(([variant, records]) => summaryOf(variant, records));
}

function summaryOf(variant: string, records: readonly GradedRecord[]): VariantSummary {
  const sum = (figure: (record: GradedRecord) => number) =>
    records.reduce((total, record) => total + figure(record), 0);
  const many = (holds: (record: GradedRecord) => boolean) => records.filter(holds).length;
  return {
    variant,
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
    kindUnknownCalls: sum(({ tools }) => tools?.kindUnknown ?? 0),
    useUnknownCalls: sum(({ tools }) => tools?.useUnknown ?? 0),
    ...evidenceSummary(records),
    unsaid: unsaidFields(records),
    offline: many(({ offline }) => offline === true),
    scores: scoreSummary(records),
  };
}

function scoreSummary(records: readonly GradedRecord[]): VariantSummary['scores'] {
  const given = records.flatMap(({ scores = [] }) => scores);
  return [...Map.groupBy(given, ({ grader }) => grader)].map(([grader, some]) => {
    const known = some.flatMap(({ score }) => score ?? []);
    return { grader, mean: meanOfKnown(known), known: known.length };
  });
}

function evidenceSummary(records: readonly GradedRecord[]) {
  const cited = records.flatMap(({ answer: { citations }, correct }) =>
    citations === null ? [] : [{ ...citations, correct }],
  );
  const inside = cited.map(({ linesInside }) => linesInside);
  const graded = cited.filter(({ correct }) => correct !== null);
  return {
    rightFile: yesOf(cited.map(({ rightFile }) => rightFile)),
    rightLines: yesOf(cited.map(({ rightLines }) => rightLines)),
    correctOnRightLines: yesOf(
      graded.map(({ correct, rightLines }) => (rightLines === null ? null : correct && rightLines)),
    ),
    linesInside: { mean: meanOfKnown(inside), known: inside.filter((share) => share !== null).length },
  };
}

function yesOf(values: readonly (boolean | null)[]): { yes: number; known: number } {
  return {
    yes: values.filter((value) => value === true).length,
    known: values.filter((value) => value !== null).length,
  };
}

/** Those that every record says are left out. */
function unsaidFields(records: readonly GradedRecord[]): Record<string, number> {
  const counts = {
    'outcome, final_answer and error': records.filter(({ label }) => label === 'unknown').length,
    evidence: records.filter(({ answer }) => answer.citations === null).length,
    tools_called: records.filter(({ tools }) => tools === null).length,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Labels that nothing has are left out. */
function counted(count: (label: Label) => number): Partial<Record<Label, number>> {
  return Object.fromEntries(labels.map((label) => [label, count(label)] as const).filter(([, many]) => many > 0));
}
