/** Draws answers of a run log for a person to label: as many that the grader calls right as wrong, where there are. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { seededRandom, shuffle } from '../../lib/random.ts';
import type { GradedCase } from '../graded-record.ts';
import type { JudgeLabel } from './calibration.ts';

/**
 * What the grader says is not in the lines, so that nobody is led by it; their order is by chance, too.
 * @param cases those without an answer are left out
 */
export function labelSample(cases: readonly GradedCase[], count: number, seed: number): JudgeLabel[] {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const shuffled = shuffle(
    cases.filter(({ record }) => record.final_answer !== null),
    below,
  );
  const right = shuffled.filter(({ graded }) => graded.correct === true);
  const others = shuffled.filter(({ graded }) => graded.correct !== true);
  const ofRight = Math.min(right.length, Math.max(Math.ceil(count / 2), count - others.length));
  const drawn = [...right.slice(0, ofRight), ...others.slice(0, Math.max(0, count - ofRight))];
  return shuffle(drawn, below).map(({ record, question }) => ({
    question_id: record.question_id,
    variant: record.variant,
    trial: record.trial,
    correct: null,
    by: '',
    note: '',
    question: question.question,
    expected: expectedOf(question),
    answer: record.final_answer,
  }));
}

const nothing = 'The repository holds no answer: right is what says so.';

function expectedOf({ kind, must_mention: facts, reference_answer: reference }: DatasetQuestion): string {
  if (kind === 'unanswerable') return nothing;
  if (reference !== null) return reference;
  return facts.map((wordings) => wordings.map(({ text }) => text).join(' or ')).join('; ');
}
