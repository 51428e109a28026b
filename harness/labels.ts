/** The labels of a record, by one ordered table: the first rule that holds gives the primary label, the others the rest. */
import type { DatasetQuestion } from '../contracts/dataset.ts';
import type { RunLogRecord } from '../contracts/run-log.ts';
import { isCorrect } from './graders/correctness.ts';
import { endingOf } from './graders/run-ending.ts';
import type { Grades } from './graders/graders.ts';
import { inExpected } from './graders/expected-places.ts';
import { isWasteful } from './graders/waste-grader.ts';
import { fits, rightRoutes, routesRun, toolKind, wasRouted } from './graders/needed-kinds.ts';

export const labels = [
  'correct',
  'correct_but_wasteful',
  'wrong_route',
  'wrong_tool',
  'retrieval_miss',
  'unsupported_claim',
  'incomplete',
  'false_abstention',
  'right_abstention',
  'gave_up',
  'error',
  'unknown',
] as const;
export type Label = (typeof labels)[number];

/** A right answer is wasteful when more than this share of its calls was for nothing. */
export const defaultWasteShare = 1 / 3;

export type LabelledCase = {
  record: RunLogRecord;
  question: DatasetQuestion;
  grades: Grades;
  wasteShare: number;
};

type Rule = { label: Label; holds(labelled: LabelledCase): boolean };

const answerable = ({ question }: LabelledCase) => question.kind === 'answerable';
const ended = ({ record }: LabelledCase) => endingOf(record);
const correct = ({ record, question, grades }: LabelledCase) => isCorrect(record, question, grades.answer);
const wasteful = ({ grades, wasteShare }: LabelledCase) => isWasteful(grades.waste, wasteShare) === true;

/** Of what a record does not say, no rule holds. Endings first, then right answers and what has no grade, then causes of a wrong one from the earliest step on, then what is wrong with it. */
export const labelRules: readonly Rule[] = [
  { label: 'error', holds: (one) => ['broke', 'cancelled'].includes(ended(one)) },
  { label: 'gave_up', holds: (one) => ended(one) === 'gave-up' },
  { label: 'right_abstention', holds: (one) => !answerable(one) && ended(one) === 'abstained' },
  { label: 'unsupported_claim', holds: (one) => !answerable(one) && ended(one) === 'answered' },
  { label: 'false_abstention', holds: (one) => answerable(one) && ended(one) === 'abstained' },
  { label: 'correct_but_wasteful', holds: (one) => answerable(one) && correct(one) === true && wasteful(one) },
  { label: 'correct', holds: (one) => answerable(one) && correct(one) === true && !wasteful(one) },
  { label: 'unknown', holds: (one) => correct(one) === null && !['broke', 'cancelled'].includes(ended(one)) },
  { label: 'wrong_route', holds: wentWrong },
  { label: 'wrong_tool', holds: usedWrongTools },
  { label: 'retrieval_miss', holds: missedExpected },
  { label: 'unsupported_claim', holds: (one) => ended(one) === 'answered' && lacksSupport(one) },
  {
    label: 'incomplete',
    holds: (one) => ended(one) === 'answered' && (one.grades.answer.facts.missing ?? []).length > 0,
  },
];

export type Labelling = { primary: Label; secondary: Label[] };

export function labelsOf(labelled: LabelledCase): Labelling {
  const [primary, ...secondary] = [
    ...new Set(labelRules.filter(({ holds }) => holds(labelled)).map(({ label }) => label)),
  ];
  if (primary === undefined) throw new Error(`no label fits question ${labelled.question.id}`);
  return { primary, secondary };
}

/** No specialist that the question needs ran; of a variant without a router, its first retrieval was of a wrong kind. */
function wentWrong({ record, question }: LabelledCase): boolean {
  if (wasRouted(record)) {
    const right = rightRoutes(question);
    return !(routesRun(record) ?? []).some((route) => right.includes(route));
  }
  const first = (record.tools_called ?? []).map(toolKind).find((kind) => kind !== 'any');
  return first !== undefined && fits(first, question) === false;
}

/** Calls were made, and a route that the question needs was served by none, or half of them or more were of a wrong kind. */
function usedWrongTools({ grades }: LabelledCase): boolean {
  if (grades.tools === null || grades.tools.calls.length === 0) return false;
  const { missing, counts, calls } = grades.tools;
  return missing.length > 0 || counts['wrong-kind'] >= calls.length / 2;
}

/** No call showed an expected file, as far as the log says, and no citation lies in one. */
function missedExpected({ record, question, grades }: LabelledCase): boolean {
  if (!answerableWithPlaces(question)) return false;
  if (grades.tools === null && record.evidence === null) return false;
  const cited = record.evidence?.some(({ path }) => inExpected(question.gold, path)) ?? false;
  return !cited && grades.tools?.expectedShown !== true;
}

const answerableWithPlaces = ({ kind, gold: expected }: DatasetQuestion) =>
  kind === 'answerable' && expected.paths.length > 0;

/** A forbidden claim, or no citation in the expected places. */
function lacksSupport({ grades, question }: LabelledCase): boolean {
  const { forbidden, citations } = grades.answer;
  return (
    (forbidden ?? []).length > 0 || (question.kind === 'answerable' && citations !== null && citations.inExpected === 0)
  );
}
