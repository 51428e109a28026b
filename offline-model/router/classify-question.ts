/**
 * Names the route of a question: the trained model for the routes it knows, the descriptions for all others, in one
 * distribution.
 */

import { routeAffinities } from './route-affinity.ts';
import { type DescribedRoute, type RouteMeaning, routeMeaning } from './route-meaning.ts';
import { type TrainedProbabilities, trainedProbabilities } from './route-model.ts';
import { type TrainedRoute, trainedRoutes } from './training-text.ts';

/** A route and the probability that the question belongs to it. */
export interface RouteProbability {
  readonly name: string;
  readonly probability: number;
}

/** How fast a shared word turns into odds. At 2, one rare word outweighs a confident trained route about 6 to 1. */
const affinityGain = 2;

/** What every route gets, so that none is impossible. */
const smoothing = 1e-3;

/**
 * The probability of each route, the likeliest first (ties in the order given); the sum is 1, or the list is empty as
 * `routes` was.
 *
 * A route that stands for a trained one brings that one's probability; what a description shares with the question adds
 * odds to it. Probability of trained routes that the spec lacks goes to its fallback (`general`, or "everything else"),
 * or else evenly to all: so a question that fits nothing gives a flat answer. The odds of descriptions are a heuristic;
 * only the trained part is calibrated.
 */
export function classifyQuestion(text: string, routes: readonly DescribedRoute[]): RouteProbability[] {
  const meanings = routes.map(routeMeaning);
  const shares = trainedShares(trainedProbabilities(text), meanings);
  const affinities = routeAffinities(text, meanings);
  const masses = routes.map(
    (_, at) => smoothing + (shares[at] ?? 0) + Math.expm1(affinityGain * (affinities[at] ?? 0)),
  );
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return routes
    .map(({ name }, at) => ({ name, probability: (masses[at] ?? 0) / total }))
    .sort((a, b) => b.probability - a.probability);
}

/** Deals the trained probabilities, which sum to 1, out to the routes. */
function trainedShares(trained: TrainedProbabilities, meanings: readonly RouteMeaning[]): number[] {
  const claims = (route: TrainedRoute) => meanings.filter((meaning) => meaning.trained === route).length;
  const unclaimed = trainedRoutes
    .filter((route) => claims(route) === 0)
    .reduce((sum, route) => sum + trained[route], 0);
  const fallbacks = claims('general');
  return meanings.map((meaning) => {
    const own = meaning.trained === undefined ? 0 : trained[meaning.trained] / claims(meaning.trained);
    if (fallbacks > 0) return own + (meaning.trained === 'general' ? unclaimed / fallbacks : 0);
    return own + unclaimed / meanings.length;
  });
}
