/** Decides, from the router's distribution, who works: pure, so that it can be read and tested alone. */
import type { GateSpec, RouterSpec } from '../../contracts/pipeline.ts';
import type { RouteDecision } from '../../contracts/agent.ts';

/** A clear winner runs alone; an unclear one runs with the next likely ones, as many as the spec allows. */
export function routesToRun(
  decision: RouteDecision,
  router: Pick<RouterSpec, 'clearProbability' | 'clearLead' | 'fanOut'>,
): string[] {
  const others = decision.probabilities.filter(({ route }) => route !== decision.route);
  const winner = probabilityOf(decision, decision.route);
  const lead = winner - (others[0]?.probability ?? 0);
  const clear = winner >= router.clearProbability && lead >= router.clearLead;
  if (clear || decision.fallback) return [decision.route];
  const likely = others.filter(({ probability }) => probability > 0).slice(0, router.fanOut - 1);
  return [decision.route, ...likely.map(({ route }) => route)];
}

/** Who works again after a weak draft: the specialist that wrote it, or the next likely one where the gate wants that. */
export function retryRoute(
  decision: RouteDecision | null,
  onWeak: GateSpec['onWeak'],
  { same, run }: { same: string; run: readonly string[] },
): string {
  if (onWeak !== 'next-route' || decision === null || decision.source === 'forced') return same;
  return nextUntriedRoute(decision, run) ?? same;
}

/** The most likely route that has not run yet; null when all have. */
export function nextUntriedRoute(decision: RouteDecision, run: readonly string[]): string | null {
  return decision.probabilities.find(({ route }) => !run.includes(route))?.route ?? null;
}

export function probabilityOf(decision: RouteDecision, route: string): number {
  return decision.probabilities.find((entry) => entry.route === route)?.probability ?? 0;
}
