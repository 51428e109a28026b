/** How far a model judge can be trusted, by answers that people have labelled: what `judge calibrate` finds out. */
import { z } from 'zod';
import { type Agreement, agreementOf } from '../agreement.ts';
import { type Interval, wilsonInterval } from '../statistics/proportions.ts';
import type { JudgedRate } from './corrected-rate.ts';

/** A person's word on an answer, one JSON line; without `answer` it is that of the record in a run log. */
export const JudgeLabel = z.strictObject({
  question_id: z.string().min(1).describe('The question in the dataset.'),
  correct: z
    .boolean()
    .nullable()
    .describe('Whether the answer is right, as a person says; null: nobody has said it yet.'),
  answer: z.string().nullable().default(null).describe('The answer; null: that of the record in the run log.'),
  variant: z.string().min(1).nullable().default(null).describe('Of the record.'),
  trial: z.int().positive().default(1).describe('Of the record.'),
  by: z.string().default('').describe('Who has labelled it.'),
  note: z.string().default('').describe('Why.'),
  question: z.string().default('').describe('What was asked, for whoever labels; nothing reads it.'),
  expected: z.string().default('').describe('What the dataset expects, for whoever labels; nothing reads it.'),
});
export type JudgeLabel = z.infer<typeof JudgeLabel>;

/** What a judge said of one labelled answer; null: it failed. */
export type LabelledVerdicts = {
  label: boolean;
  first: boolean | null;
  /** To the same request once more. */
  again: boolean | null;
  /** With the criteria in the reverse order; null, too, where there is only one criterion. */
  reversed: boolean | null;
};

export type ShareOf = JudgedRate & { share: number | null; interval: Interval | null };

export type JudgeCalibration = {
  judge: string;
  /** The dated name that answered; null where the endpoint tells none, or several did. */
  model: string | null;
  labels: number;
  judged: number;
  /** Right and wrong as people say, of those that it judged. */
  agreement: Agreement;
  truePositive: ShareOf;
  falsePositive: ShareOf;
  /** Verdicts that change with the order of the criteria; `toRight` of them become right. */
  order: ShareOf & { toRight: number };
  /** Verdicts that change when the same is asked again. */
  retest: ShareOf;
  /** What makes the figures weak. */
  remarks: string[];
};

/** Fewer labels of a kind leave its rate open by more than 20 points either way. */
const enoughOfAKind = 20;
/** From this share of verdicts on that change, the judge is said to be unsteady. */
const unsteady = 0.1;

/** @param verdicts one a label; @returns every figure with its 95 % interval, null where nothing was judged */
export function calibrationOf(
  judge: string,
  model: string | null,
  verdicts: readonly LabelledVerdicts[],
): JudgeCalibration {
  const judged = verdicts.filter(({ first }) => first !== null);
  const said = (label: boolean) => judged.filter((each) => each.label === label);
  const calledRight = (some: readonly LabelledVerdicts[]) => some.filter(({ first }) => first === true).length;
  const [right, wrong] = [said(true), said(false)];
  const swapped = judged.filter(({ reversed }) => reversed !== null);
  const turned = swapped.filter(({ first, reversed }) => first !== reversed);
  const repeated = judged.filter(({ again }) => again !== null);
  const figures = {
    agreement: agreementOf(judged.map(({ label, first }) => ({ expected: word(label), actual: word(first === true) }))),
    truePositive: shareOf(calledRight(right), right.length),
    falsePositive: shareOf(calledRight(wrong), wrong.length),
    order: {
      ...shareOf(turned.length, swapped.length),
      toRight: turned.filter(({ reversed }) => reversed === true).length,
    },
    retest: shareOf(repeated.filter(({ first, again }) => first !== again).length, repeated.length),
  };
  const counts = { labels: verdicts.length, judged: judged.length };
  return { judge, model, ...counts, ...figures, remarks: remarksOn(right.length, wrong.length, figures) };
}

const word = (correct: boolean) => (correct ? 'right' : 'wrong');

function shareOf(yes: number, n: number): ShareOf {
  return n === 0
    ? { yes, n, share: null, interval: null }
    : { yes, n, share: yes / n, interval: wilsonInterval(yes, n) };
}

function remarksOn(
  right: number,
  wrong: number,
  {
    truePositive,
    falsePositive,
    order,
    retest,
  }: Pick<JudgeCalibration, 'truePositive' | 'falsePositive' | 'order' | 'retest'>,
): string[] {
  const told = (truePositive.share ?? 0) - (falsePositive.share ?? 0);
  return [
    right < enoughOfAKind && `only ${right} answers that people call right: ${enoughOfAKind} or more are wanted`,
    wrong < enoughOfAKind && `only ${wrong} answers that people call wrong: ${enoughOfAKind} or more are wanted`,
    right > 0 && wrong > 0 && told <= 0 && 'it tells right from wrong no better than chance: nothing can be corrected',
    (order.share ?? 0) >= unsteady && 'its verdict depends on the order of the criteria',
    (retest.share ?? 0) >= unsteady && 'asked again, it says something else',
  ].filter((remark) => remark !== false);
}

/** What `correctedRate` takes of a calibration. */
export function ratesOf({ truePositive, falsePositive }: JudgeCalibration): [JudgedRate, JudgedRate] {
  return [truePositive, { yes: falsePositive.n - falsePositive.yes, n: falsePositive.n }];
}
