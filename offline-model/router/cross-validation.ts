/** Cross-validates the route model on grouped folds, and finds the temperature that its probabilities need. */
import { type ClassifierScores, scoreClassifier, type ScoredQuestion } from './classifier-scores.ts';
import { featureQuestions, routeLogits, trainRouteModel } from './route-model.ts';
import { softmax } from './softmax-regression.ts';
import { type TrainedRoute, trainedRoutes, type TrainingQuestion } from './training-text.ts';

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

// Splits the training text so that neither the topic nor the phrasing of a test question occurs in what the model was
// trained on.

/**
 * Positions in the question list. Questions that share only one of topic and template with the test block sit the fold
 * out.
 */
interface GroupedFold {
  readonly test: readonly number[];
  readonly train: readonly number[];
}

/** Topics and templates are each dealt into so many blocks; each pair of blocks is one fold. */
const usualBlockCount = 8;

/**
 * The folds: every question is tested exactly once, on a model that saw no question of its topic or of its template.
 * Fewer blocks give fewer folds, each trained on less.
 */
export function groupedFolds(questions: readonly TrainingQuestion[], blockCount = usualBlockCount): GroupedFold[] {
  const topicBlocks = dealIntoBlocks(
    questions.map((question) => question.topic),
    blockCount,
  );
  const templateBlocks = new Map(
    trainedRoutes.flatMap((route) => {
      const templates = questions.filter((question) => question.route === route).map((question) => question.template);
      return [...dealIntoBlocks(templates, blockCount)];
    }),
  );
  const positions = questions.map((question, at) => ({
    at,
    topicBlock: topicBlocks.get(question.topic),
    templateBlock: templateBlocks.get(question.template),
  }));
  const blocks = Array.from({ length: blockCount }, (_, block) => block);
  return blocks.flatMap((topicBlock) =>
    blocks.map((templateBlock) => ({
      test: positions.filter((q) => q.topicBlock === topicBlock && q.templateBlock === templateBlock).map((q) => q.at),
      train: positions.filter((q) => q.topicBlock !== topicBlock && q.templateBlock !== templateBlock).map((q) => q.at),
    })),
  );
}

/**
 * Deals groups, the largest first, each to the block that is smallest so far; ties go by name, so that the order of
 * lines is irrelevant.
 */
function dealIntoBlocks(groups: readonly string[], blockCount: number): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const loads = new Array<number>(blockCount).fill(0);
  const largestFirst = [...sizes].sort(([a, sizeA], [b, sizeB]) => sizeB - sizeA || (a < b ? -1 : 1));
  return new Map(
    largestFirst.map(([group, size]) => {
      const block = loads.indexOf(Math.min(...loads));
      loads[block] = (loads[block] ?? 0) + size;
      return [group, block];
    }),
  );
}
