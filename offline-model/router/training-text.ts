/** Reads the questions that the route model is trained on. They were written for it, by route, in `training/`. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The routes that the model is trained on, in the order of its classes. */
export const trainedRoutes = ['code', 'docs', 'debug', 'general'] as const;
export type TrainedRoute = (typeof trainedRoutes)[number];

/**
 * One training question. `topic` is what it is about, `template` how it is phrased: evaluation never lets either leak.
 */
export const TrainingQuestion = z.strictObject({
  text: z.string().min(1),
  route: z.enum(trainedRoutes),
  topic: z.string().min(1),
  template: z.string().min(1),
});
export type TrainingQuestion = z.infer<typeof TrainingQuestion>;

/** All training questions, route by route, in file order. */
export function readTrainingText(): TrainingQuestion[] {
  return trainedRoutes.flatMap((route) =>
    readFileSync(new URL(`../training/${route}.jsonl`, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => TrainingQuestion.parse(JSON.parse(line))),
  );
}
