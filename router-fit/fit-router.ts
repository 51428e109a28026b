/** Fits a router to labelled questions: settings are chosen, and probabilities calibrated, on questions that a fit has not seen. */
import type { FittedRouter } from '../contracts/fitted-router.ts';
import { type Random, seededRandom } from '../lib/random.ts';
import type { LabelledQuestion } from './example.ts';
import { type Fold, stratifiedFolds } from './folds.ts';
import { encodeHalves } from './half-floats.ts';
import { fitLogistic, type Products, productsOf, softmax } from './logistic-regression.ts';
import { fitSigmoid, logOdds, type Sigmoid } from './platt-scaling.ts';
import { type BlockKind, featuresOf, learnScaling, scaled, type Scaling } from './scaling.ts';

/** How much each kind of feature counts, and how much large weights cost. */
export type Choice = { penalty: number; weights: Readonly<Record<BlockKind, number>> };

const penalties = [0.05, 0.2];
const weightings: Choice['weights'][] = [
  { text: 1, form: 1, repository: 0.3, embedding: 1 },
  { text: 1, form: 1, repository: 0.3, embedding: 2 },
  { text: 2, form: 1, repository: 0.3, embedding: 2 },
  { text: 1, form: 1, repository: 1, embedding: 2 },
];
const choices: readonly Choice[] = weightings.flatMap((weights) => penalties.map((penalty) => ({ penalty, weights })));

/** Those that differ in what the questions have. */
export function choicesFor({ blocks }: Pick<Prepared, 'blocks'>): Choice[] {
  const seen = new Set<string>();
  return choices.filter(({ penalty, weights }) => {
    const key = JSON.stringify([penalty, ...blocks.map(({ kind }) => weights[kind])]);
    return !seen.has(key) && seen.add(key);
  });
}

const innerFolds = 4;

type Block = { kind: BlockKind; size: number; rows: (Float64Array | null)[] };
/** Labelled questions with their features, which are counted once. */
export type Prepared = { routes: string[]; classes: number[]; blocks: Block[] };

/** Counts the features of each question; the routes are the labels, sorted. */
export function prepareQuestions(questions: readonly LabelledQuestion[]): Prepared {
  const routes = [...new Set(questions.map(({ route }) => route))].toSorted();
  const kinds: readonly BlockKind[] = ['text', 'form', 'repository', 'embedding'];
  const blocks = kinds.flatMap((kind): Block[] => {
    const rows = questions.map((question) => featuresOf(kind, question));
    const size = rows.find((row) => row !== null)?.length;
    return size === undefined ? [] : [{ kind, size, rows }];
  });
  return { routes, classes: questions.map(({ route }) => routes.indexOf(route)), blocks };
}

/** For each choice the scores of the fold's test questions, by route; scales and weights come from its training questions. */
export function scoresOfFold({ routes, classes, blocks }: Prepared, { train, test }: Fold, tried: readonly Choice[]) {
  const members = [...train, ...test];
  const parts = blocks.map(({ kind, size, rows }) => {
    const of = (chosen: readonly number[]) => chosen.map((member) => rows[member] ?? null);
    const scaling = learnScaling(kind, of(train), size);
    return { kind, products: productsOf(of(members).map((row) => scaled(scaling, row))) };
  });
  const known = train.map((member) => classes[member] ?? 0);
  return tried.map(({ penalty, weights }) => {
    const { size, values } = mixed(parts, members.length, weights);
    const own = firstOf({ size, values }, train.length);
    const coefficients = fitLogistic(own, known, { classCount: routes.length, penalty });
    return test.map((_, at) => {
      const row = (train.length + at) * size;
      return coefficients.map((column) => column.reduce((sum, value, of) => sum + value * (values[row + of] ?? 0), 0));
    });
  });
}

/** The sum of the blocks' products by weight, and 1 for the constant. */
function mixed(
  parts: readonly { kind: BlockKind; products: Products }[],
  size: number,
  weights: Choice['weights'],
): Products {
  const values = new Float64Array(size * size).fill(1);
  for (const { kind, products } of parts) {
    const weight = weights[kind];
    for (let at = 0; at < values.length; at += 1)
      values[at] = (values[at] as number) + weight * (products.values[at] as number);
  }
  return { size, values };
}

function firstOf({ size, values }: Products, count: number): Products {
  const kept = new Float64Array(count * count);
  for (let row = 0; row < count; row += 1) kept.set(values.subarray(row * size, row * size + count), row * count);
  return { size: count, values: kept };
}

export type Chosen = { choice: Choice; sigmoids: Sigmoid[] };

/** The choice with the least log loss out of fold, and the sigmoids of its scores; ties go to the first. */
export function chooseSettings(prepared: Prepared, members: readonly number[], random: Random): Chosen {
  const folds = stratifiedFolds(prepared.classes, members, { count: innerFolds, random });
  const tried = choicesFor(prepared);
  const order = folds.flatMap(({ test }) => test);
  const byFold = folds.map((fold) => scoresOfFold(prepared, fold, tried));
  const losses = tried.map((_, at) =>
    logLoss(
      prepared,
      order,
      byFold.flatMap((scores) => scores[at] ?? []),
    ),
  );
  const best = losses.indexOf(Math.min(...losses));
  const scores = byFold.flatMap((each) => each[best] ?? []);
  const odds = scores.map(logOdds);
  const sigmoids = prepared.routes.map((_, route) =>
    fitSigmoid(
      odds.map((own) => own[route] ?? 0),
      order.map((member) => prepared.classes[member] === route),
    ),
  );
  return { choice: tried[best] ?? (tried[0] as Choice), sigmoids };
}

function logLoss({ classes }: Prepared, order: readonly number[], scores: readonly number[][]): number {
  return order.reduce((sum, member, at) => {
    const chance = softmax(scores[at] ?? [])[classes[member] ?? 0] ?? 0;
    return sum - Math.log(Math.max(1e-12, chance));
  }, 0);
}

export type Weights = Pick<FittedRouter, 'routes' | 'blocks' | 'bias' | 'platt'>;

/** A router of all the questions; the same for the same questions in the same order. */
export function fitRouter(prepared: Prepared, seed = 1): Weights {
  const { routes, classes, blocks } = prepared;
  const members = classes.map((_, at) => at);
  const { choice, sigmoids } = chooseSettings(prepared, members, seededRandom(seed));
  const parts = blocks.map(({ kind, size, rows }) => {
    const scaling = learnScaling(kind, rows, size);
    const weighted = rows.map((row) => scaled(scaling, row));
    return { kind, size, scaling, weighted, products: productsOf(weighted) };
  });
  const products = mixed(parts, members.length, choice.weights);
  const coefficients = fitLogistic(products, classes, { classCount: routes.length, penalty: choice.penalty });
  return {
    routes,
    bias: coefficients.map((own) => rounded(own.reduce((sum, value) => sum + value, 0))),
    platt: sigmoids.map(({ slope, intercept }) => ({ slope: rounded(slope), intercept: rounded(intercept) })),
    blocks: parts.map(({ kind, size, scaling, weighted }) => ({
      kind,
      size,
      ...encodedScaling(scaling),
      weights: encodeHalves(coefficients.flatMap((own) => [...weightsOf(own, weighted, choice.weights[kind])])),
    })),
  };
}

function encodedScaling({ centre, scale }: Scaling) {
  return { centre: encodeHalves([...centre]), scale: encodeHalves([...scale]) };
}

/** From the dual to a weight for each feature. */
function weightsOf(coefficients: Float64Array, rows: readonly Float64Array[], weight: number): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0);
  for (const [at, row] of rows.entries())
    for (let feature = 0; feature < sum.length; feature += 1)
      sum[feature] = (sum[feature] as number) + weight * (coefficients[at] as number) * (row[feature] as number);
  return sum;
}

const rounded = (value: number): number => Number(value.toPrecision(6));
