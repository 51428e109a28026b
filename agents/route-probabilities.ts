/** Turns a reply's token probabilities into a distribution over routes. */
import type { TokenLogprob } from '../contracts/chat.ts';
import type { RouteDecision } from '../contracts/agent.ts';

/** Below this share of the probability at the deciding token, the alternatives say nothing about the routes. */
const leastMass = 0.1;

/**
 * Sums, at the first token where some route can start, the probability of every alternative that begins a route:
 * case, leading space and quotes do not matter, and a token counts for a route when the route's name begins with it
 * (or it with the route's name). A token that begins several routes is shared equally among them.
 * Returns null when no position speaks of the routes, or the one that does cannot be right: its alternatives add up to
 * far more or less than 1, or are all alike.
 */
export function routeProbabilities(
  logprobs: readonly TokenLogprob[],
  routes: readonly string[],
): RouteDecision['probabilities'] | null {
  for (const position of logprobs.slice(0, 8)) {
    const weights = weightsAt(position, routes);
    const mass = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    if (mass < leastMass) continue;
    if (!isDistribution(position)) return null;
    return routes
      .map((route) => ({ route, probability: (weights.get(route) ?? 0) / mass }))
      .sort((a, b) => b.probability - a.probability);
  }
  return null;
}

/** Sums between which a list of the likeliest alternatives is believed. */
const [leastSum, mostSum] = [0.5, 1.05];

function isDistribution({ top }: TokenLogprob): boolean {
  const [likeliest] = top;
  if (likeliest === undefined) return true;
  const sum = top.reduce((all, { logprob }) => all + Math.exp(logprob), 0);
  const alike = top.length > 2 && top.every(({ logprob }) => Math.abs(logprob - likeliest.logprob) < 1e-9);
  return sum >= leastSum && sum <= mostSum && !alike;
}

function weightsAt(position: TokenLogprob, routes: readonly string[]): Map<string, number> {
  const weights = new Map<string, number>();
  const alternatives = position.top.length > 0 ? position.top : [position];
  for (const { token, logprob } of alternatives) {
    const begun = routesBegunBy(token, routes);
    for (const route of begun) weights.set(route, (weights.get(route) ?? 0) + Math.exp(logprob) / begun.length);
  }
  return weights;
}

function routesBegunBy(token: string, routes: readonly string[]): string[] {
  const start = token
    .toLowerCase()
    .replace(/^[^a-z0-9]+/, '')
    .replace(/(?<![^a-z0-9_-])[^a-z0-9_-]+$/, '');
  if (start === '') return [];
  const whole = routes.filter((route) => route.toLowerCase() === start);
  if (whole.length > 0) return whole;
  return routes.filter((route) => route.toLowerCase().startsWith(start) || start.startsWith(`${route.toLowerCase()}:`));
}
