/** Cross-validates the route model on grouped folds, and finds the temperature that its probabilities need. */

import { type ClassifierScores, type ScoredQuestion, scoreClassifier } from './classifier-scores.ts';
import { groupedFolds } from './grouped-folds.ts';
import { featureQuestions, routeLogits, trainRouteModel } from './route-model.ts';
import { softmax } from './softmax-regression.ts';
import type { TrainedRoute, TrainingQuestion } from './training-text.ts';

/** What a model that saw neither its topic nor its phrasing says of a question. */
export interface HeldOutScore {
  readonly truth: TrainedRoute;
  readonly logits: Float64Array;
}

/** Tests every question once, on the model of its fold; `blockCount` as in `groupedFolds`. */
export function crossValidate(questions: readonly TrainingQuestion[], blockCount?: number): HeldOutScore[] {
  const featured = featureQuestions(questions);
  const pick = (positions: readonly number[]) => positions.flatMap((at) => featured[at] ?? []);
  return groupedFolds(questions, blockCount).flatMap((fold) => {
    const model = trainRouteModel(pick(fold.train));
    return pick(fold.test).map(({ route, features }) => ({ truth: route, logits: routeLogits(model, features) }));
  });
}

/** Scores held-out logits at a temperature. */
export function scoreAtTemperature(heldOut: readonly HeldOutScore[], temperature: number): ClassifierScores {
  return scoreClassifier(
    heldOut.map(({ truth, logits }): ScoredQuestion => ({ truth, probabilities: [...softmax(logits, temperature)] })),
  );
}

/** The temperature with the least log loss, to one decimal place, from 0.3 to 3. */
export function bestTemperature(heldOut: readonly HeldOutScore[]): number {
  const candidates = Array.from({ length: 28 }, (_, index) => (index + 3) / 10);
  const losses = candidates.map((temperature) => scoreAtTemperature(heldOut, temperature).logLoss);
  return candidates[losses.indexOf(Math.min(...losses))] ?? 1;
}
