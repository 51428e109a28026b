/** Graders of one's own beside the table: what they are given, what they may give, and how one decides a comparison. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { OwnScore, RunLogRecord } from '../../contracts/run-log.ts';
import { messageOf } from '../../lib/errors.ts';
import { cut } from '../../lib/printable.ts';
import type { GradedCase } from '../graded-record.ts';
import type { GradedTrial } from '../graded-trial.ts';
import { toGradedTrial } from '../to-graded-trial.ts';

/** 0 to 1, or right and wrong; null: this record has no such grade. */
type Score = number | boolean | null;

/** Called once with each record; its question has its ground truth. */
export type OwnGrader = (record: RunLogRecord, question: DatasetQuestion) => OwnGrade | Promise<OwnGrade>;

/** The score, or the score with its reason in a sentence. */
export type OwnGrade = Score | { score: Score; reason?: string | null };

/** What graders of one’s own have said of a record, by their names. */
export type OwnScores<Grader extends string> = Record<Grader, number | null>;

const reasonCharacters = 1000;

/** @throws Error that names the grader and the record, where one throws or gives no score */
export async function ownScores(
  { record, question }: Pick<GradedCase, 'record' | 'question'>,
  graders: Readonly<Record<string, OwnGrader>>,
): Promise<OwnScore[]> {
  const scores: OwnScore[] = [];
  for (const [grader, grade] of Object.entries(graders)) {
    const place = `the grader "${grader}", question "${record.question_id}" of ${record.variant}, trial ${record.trial}`;
    try {
      scores.push({ grader, ...asGrade(await grade(record, question)) });
    } catch (error) {
      throw new Error(`${place}: ${messageOf(error)}`, { cause: error });
    }
  }
  return scores;
}

function asGrade(given: unknown): Omit<OwnScore, 'grader'> {
  if (typeof given !== 'object' || given === null) return { score: asScore(given), reason: null };
  const { score, reason = null } = given as { score?: unknown; reason?: unknown };
  if (reason !== null && typeof reason !== 'string') throw new Error('a reason is a text');
  return { score: asScore(score), reason: reason === null ? null : cut(reason, reasonCharacters) };
}

function asScore(given: unknown): number | null {
  if (given === null) return null;
  const score = Number(typeof given === 'boolean' || typeof given === 'number' ? given : Number.NaN);
  if (score >= 0 && score <= 1) return score;
  throw new Error(`a score is 0 to 1, true, false or null, not ${JSON.stringify(given)}`);
}

/** The trial as a comparison reads it when a grader of one's own says what is right. Labels stay those of the table. */
export function scoredTrial({ record, graded }: GradedCase, dataset: string, score: number | null): GradedTrial {
  const { wasteful } = graded;
  const right = score !== null && score > 0;
  return {
    ...toGradedTrial(record, graded, dataset),
    correct: score,
    wasteful: wasteful === null && right ? null : right && wasteful === true,
  };
}
