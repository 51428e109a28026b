/** What a model that grades is asked, and what it says: one JSON line each way between the command and its child. */
import { z } from 'zod';
import { DatasetQuestion } from './dataset.ts';
import { Usage } from './usage.ts';

export const JudgingTask = z.object({
  /** Of the answer, unique in the run log. */
  id: z.string().min(1),
  /** The model's name; null: the one that the settings name for the judge. */
  judge: z.string().min(1).nullable(),
  gold: DatasetQuestion,
  answer: z.string(),
  /** Decides the order of the criteria. */
  seed: z.int(),
});
export type JudgingTask = z.infer<typeof JudgingTask>;

export const JudgingResult = z.object({
  id: z.string(),
  /** As the task names it. */
  judge: z.string().nullable(),
  /** Null where the judge failed: that is no grade, and no failure of the arm. */
  correct: z.boolean().nullable(),
  /** Its reason, or what went wrong. */
  said: z.string(),
  usage: Usage.nullable(),
});
export type JudgingResult = z.infer<typeof JudgingResult>;
