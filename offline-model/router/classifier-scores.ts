/** Scores a route classifier: accuracy, precision and recall by route, confusion, log loss and calibration. */

import { type TrainedRoute, trainedRoutes } from './training-text.ts';

/** A question's true route, and the probabilities given to the trained routes in their order. */
export interface ScoredQuestion {
  readonly truth: TrainedRoute;
  readonly probabilities: readonly number[];
}

/** Precision and recall are 0 where nothing was predicted, or nothing was there. */
export interface RouteScores {
  readonly questions: number;
  readonly precision: number;
  readonly recall: number;
}

/** The figures of one evaluation. Log loss is in nats a question. */
export interface ClassifierScores {
  readonly questions: number;
  readonly accuracy: number;
  readonly logLoss: number;
  /** Expected calibration error: how far confidence and accuracy lie apart, on average over ten bins of confidence. */
  readonly calibrationError: number;
  readonly routes: Readonly<Record<string, RouteScores>>;
  /** `confusion[truth][predicted]`, counts. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const calibrationBins = 10;

/** Scores a set of classified questions. */
export function scoreClassifier(scored: readonly ScoredQuestion[]): ClassifierScores {
  const right = scored.filter((question) => predictedRoute(question) === question.truth).length;
  const losses = scored.map((question) => -Math.log(Math.max(1e-12, truthProbability(question))));
  return {
    questions: scored.length,
    accuracy: ratio(right, scored.length),
    logLoss: ratio(sum(losses), scored.length),
    calibrationError: calibrationError(scored),
    routes: Object.fromEntries(trainedRoutes.map((route) => [route, routeScores(scored, route)])),
    confusion: Object.fromEntries(trainedRoutes.map((route) => [route, confusionRow(scored, route)])),
  };
}

/** The route with the highest probability; the first of equals. */
function predictedRoute(question: ScoredQuestion): TrainedRoute {
  return trainedRoutes[question.probabilities.indexOf(confidence(question))] ?? 'general';
}

function confidence(question: ScoredQuestion): number {
  return Math.max(...question.probabilities);
}

function truthProbability(question: ScoredQuestion): number {
  return question.probabilities[trainedRoutes.indexOf(question.truth)] ?? 0;
}

function routeScores(scored: readonly ScoredQuestion[], route: TrainedRoute): RouteScores {
  const actual = scored.filter((question) => question.truth === route);
  const predicted = scored.filter((question) => predictedRoute(question) === route);
  const hits = actual.filter((question) => predictedRoute(question) === route).length;
  return { questions: actual.length, precision: ratio(hits, predicted.length), recall: ratio(hits, actual.length) };
}

function confusionRow(scored: readonly ScoredQuestion[], truth: TrainedRoute): Record<string, number> {
  const actual = scored.filter((question) => question.truth === truth);
  return Object.fromEntries(
    trainedRoutes.map((route) => [route, actual.filter((question) => predictedRoute(question) === route).length]),
  );
}

/** Naeini et al. (2015): bins of equal width, each weighted by its share of the questions. */
function calibrationError(scored: readonly ScoredQuestion[]): number {
  const gaps = Array.from({ length: calibrationBins }, (_, bin) => {
    const inside = scored.filter(
      (question) => Math.min(calibrationBins - 1, Math.floor(confidence(question) * calibrationBins)) === bin,
    );
    const right = inside.filter((question) => predictedRoute(question) === question.truth).length;
    return Math.abs(right - sum(inside.map(confidence)));
  });
  return ratio(sum(gaps), scored.length);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
