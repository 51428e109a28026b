/** What a fitted router says of a question: a probability for each of its routes. */
import type { FittedRouter } from '../contracts/fitted-router.ts';
import type { QuestionFacts } from './example.ts';
import type { Weights } from './fit-router.ts';
import { decodeHalves } from './half-floats.ts';
import { dot } from './logistic-regression.ts';
import { calibrated } from './platt-scaling.ts';
import { repositoryFeatures } from './repository-features.ts';
import { type BlockKind, featuresOf, scaled, type Scaling } from './scaling.ts';
import { formSize, textBuckets } from './text-features.ts';

export type RouteProbability = { route: string; probability: number };
export type PredictRoute = (facts: QuestionFacts) => RouteProbability[];

/** A router's numbers do not fit each other: it was written by something else, or changed by hand. */
export class UnfitRouter extends Error {
  override readonly name = 'UnfitRouter';
}

/** How many features this version counts; of an embedding that is the model's. */
const sizeHere: Partial<Record<BlockKind, number>> = {
  text: textBuckets,
  form: formSize,
  repository: repositoryFeatures('', { all: [], code: [], docs: [] }).length,
};

/** @returns the routes, most likely first; adds up to 1 @throws UnfitRouter */
export function openRouter({ routes, blocks, bias, platt }: Weights | FittedRouter): PredictRoute {
  if (bias.length !== routes.length || platt.length !== routes.length)
    throw new UnfitRouter(
      `the router has ${routes.length} routes, ${bias.length} constants and ${platt.length} scales`,
    );
  const opened = blocks.map(({ kind, size, centre, scale, weights }) => {
    const scaling: Scaling = { kind, centre: decodeHalves(centre), scale: decodeHalves(scale) };
    const decoded = decodeHalves(weights);
    if (sizeHere[kind] !== undefined && sizeHere[kind] !== size)
      throw new UnfitRouter(`the router was fitted by another version (${size} ${kind} features): fit it again`);
    if (scaling.centre.length !== size || decoded.length !== size * routes.length)
      throw new UnfitRouter(`the router's ${kind} weights are ${decoded.length}, not ${size * routes.length}`);
    return { kind, size, scaling, byRoute: routes.map((_, at) => decoded.subarray(at * size, (at + 1) * size)) };
  });
  return (facts) => {
    const scores = [...bias];
    for (const { kind, size, scaling, byRoute } of opened) {
      const features = featuresOf(kind, facts);
      if (features !== null && features.length !== size)
        throw new UnfitRouter(`the router reads ${size} ${kind} features, and was given ${features.length}`);
      const row = scaled(scaling, features);
      for (const [at, own] of byRoute.entries()) scores[at] = (scores[at] ?? 0) + dot(own, row);
    }
    return calibrated(scores, platt)
      .map((probability, at) => ({ route: routes[at] ?? '', probability }))
      .sort((a, b) => b.probability - a.probability);
  };
}
