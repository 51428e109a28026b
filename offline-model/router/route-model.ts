/** Trains the route model at first use, in a fraction of a second, and gives the probability of each trained route. */

import { questionFeatures, type QuestionFeatures } from './question-features.ts';
import { fitSoftmax, type SoftmaxModel, type SparseRow, softmax, softmaxLogits } from './softmax-regression.ts';
import { readTrainingText, trainedRoutes, type TrainedRoute, type TrainingQuestion } from './training-text.ts';

/** The fit's settings, chosen by the grouped cross-validation of `evaluate.ts`. */
const fitting = { penalty: 1e-3, iterations: 80 } as const;

/**
 * Divides the scores before the softmax. Within 0.1 of the value with the least log loss in the grouped
 * cross-validation, which a test holds it to; rather above than below, since strangers' questions are further away.
 */
export const temperature = 0.9;

/** A feature counts only if questions about so many topics show it, so that the model does not learn the topics. */
const leastTopics = 3;

/** Probability by trained route; sums to 1. */
export type TrainedProbabilities = Readonly<Record<TrainedRoute, number>>;

/** A fitted model with the features it knows. */
export interface RouteModel {
  readonly positions: ReadonlyMap<string, number>;
  readonly softmax: SoftmaxModel;
}

/** A question with its features, so that cross-validation extracts them once. */
export interface FeaturedQuestion {
  readonly features: QuestionFeatures;
  readonly route: TrainedRoute;
  readonly topic: string;
}

/** Adds its features to each training question. */
export function featureQuestions(questions: readonly TrainingQuestion[]): FeaturedQuestion[] {
  return questions.map(({ text, route, topic }) => ({ features: questionFeatures(text), route, topic }));
}

/** Fits a model to questions. */
export function trainRouteModel(questions: readonly FeaturedQuestion[]): RouteModel {
  const positions = featurePositions(questions);
  const rows = questions.map((question) => sparseRow(question.features, positions));
  const labels = questions.map((question) => trainedRoutes.indexOf(question.route));
  const sizes = { featureCount: positions.size + 1, classCount: trainedRoutes.length };
  return { positions, softmax: fitSoftmax(rows, labels, { ...sizes, ...fitting }) };
}

/** Scores of the trained routes, in the order of `trainedRoutes`, before temperature and softmax. */
export function routeLogits(model: RouteModel, features: QuestionFeatures): Float64Array {
  return softmaxLogits(model.softmax, sparseRow(features, model.positions));
}

let trained: RouteModel | undefined;

/** Probability of each trained route for a question. Trains on the first call. */
export function trainedProbabilities(question: string): TrainedProbabilities {
  trained ??= trainRouteModel(featureQuestions(readTrainingText()));
  const [code = 0, docs = 0, debug = 0, general = 0] = softmax(
    routeLogits(trained, questionFeatures(question)),
    temperature,
  );
  return { code, docs, debug, general };
}

function featurePositions(questions: readonly FeaturedQuestion[]): Map<string, number> {
  const topicsOf = new Map<string, Set<string>>();
  for (const { features, topic } of questions) {
    for (const name of features.keys()) topicsOf.set(name, (topicsOf.get(name) ?? new Set()).add(topic));
  }
  const known = [...topicsOf].filter(([, topics]) => topics.size >= leastTopics).map(([name]) => name);
  return new Map(known.map((name, index) => [name, index + 1]));
}

/** Position 0 is the intercept: always present, with the value 1. */
function sparseRow(features: QuestionFeatures, positions: ReadonlyMap<string, number>): SparseRow {
  const known = [...features].flatMap(([name, value]) => {
    const position = positions.get(name);
    return position === undefined ? [] : [{ position, value }];
  });
  return {
    indices: Int32Array.from([0, ...known.map((entry) => entry.position)]),
    values: Float64Array.from([1, ...known.map((entry) => entry.value)]),
  };
}
