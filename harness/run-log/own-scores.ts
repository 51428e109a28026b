/**
 * What graders of one's own say, kept beside a run log (`run-log.scores.jsonl`): records are never changed, and may be graded
 * anew at any time. A score belongs to the record that it was given for: where the record says something else now, it counts
 * no more.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { OwnScore, type RunLogRecord } from '../../contracts/run-log.ts';
import { type RecordKey, RecordKey as RecordKeyShape } from './run-log-store.ts';

export type ScoredRecord = { record: RunLogRecord; scores: readonly OwnScore[] };

export const ScoreLine = RecordKeyShape.extend({ ...OwnScore.shape, record: z.string() });
export type ScoreLine = z.infer<typeof ScoreLine>;

/** @param log the path of a run log */
export const scoresFile = (log: string): string => `${log.replace(/\.jsonl?$/, '')}.scores.jsonl`;

/** One text for what a record is found by. */
export const keyOf = ({ question_id, variant, trial }: RecordKey): string =>
  JSON.stringify([question_id, variant, trial]);

/** Names what was graded: everything that the record says of the answer. */
export function recordHash({ outcome, final_answer, evidence, tools_called, error }: RunLogRecord): string {
  const said = JSON.stringify([outcome, final_answer, evidence, tools_called, error]);
  return createHash('sha256').update(said).digest('hex').slice(0, 16);
}

/** The lines of a scores file after a grading: new scores take the place of the same graders', others stay. */
export function mergedScores(before: readonly ScoreLine[], scored: readonly ScoredRecord[]): ScoreLine[] {
  const lines = new Map(before.map((line) => [`${keyOf(line)} ${line.grader}`, line]));
  for (const { record, scores } of scored)
    for (const score of scores) {
      const { question_id, variant, trial } = record;
      const line = { question_id, variant, trial, ...score, record: recordHash(record) };
      lines.set(`${keyOf(record)} ${score.grader}`, line);
    }
  return [...lines.values()];
}

/** The record's own scores, and those that were given beside it: of one grader the latter count. */
export function withScores<Scored extends { scores?: OwnScore[] }>(value: Scored, given: readonly OwnScore[]): Scored {
  if (given.length === 0) return value;
  const others = (value.scores ?? []).filter(({ grader }) => given.every((each) => each.grader !== grader));
  return { ...value, scores: [...others, ...given] };
}
