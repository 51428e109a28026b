/** Routing: which specialist a question is for, decided by the router, by force, or because there is only one. */
import type { GateSpec, PipelineSpec, RouterSpec } from '../../contracts/pipeline.ts';
import type { RouteDecision } from '../../contracts/agent.ts';
import { isFitted, readsRepository } from '../../contracts/pipeline-rules.ts';
import type { Snapshot, SnapshotRef } from '../../contracts/snapshot.ts';
import { callModel, type CallerOfActivities, callTool, repairsAllowed } from './calls.ts';
import type { Run } from './state.ts';

/** Decides by the question and the pipeline alone, unless the router reads the repository, which must be open then. */
export async function chooseRoute(run: Run): Promise<void> {
  const { question, standalone_question: standalone } = run.state;
  const { pipeline, forcedRoute } = run.input;
  const decision =
    undisputedRoute(pipeline, forcedRoute) ??
    (await askRouter(run, pipeline, { question: standalone ?? question, snapshot: run.state.snapshot }));
  run.state.routing = decision;
  run.state.route = decision.route;
  run.visibility.show();
}

/** Tells people which route was chosen. */
export function tellRoute(run: Run): void {
  const { routing: decision } = run.state;
  if (decision === null) throw new Error('the question is not routed yet');
  const percent = Math.round(probabilityOf(decision, decision.route) * 100);
  run.visibility.say('routing', `${decision.route} (${percent} %)${decision.fallback ? ', the fallback' : ''}`);
}

/** A decision that needs no model; null when the router must be asked. */
export function undisputedRoute(
  { router, specialists }: PipelineSpec,
  forcedRoute: string | null,
): RouteDecision | null {
  const only = router === null || specialists.length === 1 ? specialists[0]?.name : undefined;
  const route = forcedRoute ?? only;
  if (route === undefined) return null;
  const others = specialists.filter(({ name }) => name !== route).map(({ name }) => ({ route: name, probability: 0 }));
  const source = forcedRoute === null ? 'only-route' : 'forced';
  return { route, probabilities: [{ route, probability: 1 }, ...others], source, fallback: false, reply: '' };
}

/** What a router is asked about; the snapshot is null where the repository is not open. */
export type Routable = { question: string; snapshot: Snapshot | null };

/**
 * Asks the router of the pipeline: the fitted one, the model, or the model where the fitted one is not sure.
 * @throws what `callModel` and `callTool` do
 */
export async function askRouter(
  caller: CallerOfActivities,
  pipeline: PipelineSpec,
  about: Routable,
): Promise<RouteDecision> {
  const { router } = pipeline;
  if (router === null) throw new Error('the pipeline has no router');
  if (isFitted(router)) {
    const { decision, sure } = await askFitted(caller, pipeline, router, about);
    if (sure) return decision;
  }
  return askModelOfRouter(caller, pipeline, router, about);
}

const defaultRisk = 0.1;

function askFitted(
  caller: CallerOfActivities,
  { specialists }: PipelineSpec,
  { kind, fitted, risk = defaultRisk, ...router }: RouterSpec,
  { question, snapshot }: Routable,
) {
  if (fitted === undefined) throw new Error('the router carries no fitted one');
  const call = {
    question,
    router: fitted,
    routes: specialists.map(({ name }) => name),
    risk: kind === 'cascade' ? risk : null,
    ...snapshotFor({ kind, fitted, ...router }, snapshot),
    scope: { stage: 'routing' as const },
  };
  return callTool(caller, 'applyRouter', call, 'fitted router: choose a specialist');
}

/** Asked again while its reply names no route; what is left then is the fallback. */
async function askModelOfRouter(
  caller: CallerOfActivities,
  { specialists }: PipelineSpec,
  { fitted: _, ...router }: RouterSpec,
  { question, snapshot }: Routable,
): Promise<RouteDecision> {
  const routes = specialists.map(({ name, purpose }) => ({ name, purpose }));
  const about = { scope: { stage: 'routing' }, summary: 'router: choose a specialist' } as const;
  const { fallbackModel } = router;
  const searched = snapshotFor(router, snapshot);
  const refused: string[] = [];
  for (;;) {
    const decision = await callModel(
      caller,
      'routeQuestion',
      { question, router, routes, refused, ...searched },
      { ...about, fallbackModel },
    );
    if (!decision.fallback || refused.length >= repairsAllowed) return decision;
    refused.push(decision.reply);
  }
}

/** What the router may search; nothing where it does not read the repository. */
function snapshotFor(
  router: Parameters<typeof readsRepository>[0],
  snapshot: Snapshot | null,
): { snapshot?: SnapshotRef } {
  if (snapshot === null || !readsRepository(router)) return {};
  const { id, repositoryKey, url } = snapshot;
  return { snapshot: { id, repositoryKey, url } };
}

/** Who works first: a forced or lone route alone; otherwise the router's distribution decides. */
export function firstRoutes({ state, input }: Run): string[] {
  const { routing } = state;
  const { router } = input.pipeline;
  if (routing === null) throw new Error('the question is not routed yet');
  const decided = router === null || routing.source === 'forced' || routing.source === 'only-route';
  return decided ? [routing.route] : routesToRun(routing, router);
}

// Who works, decided from the router's distribution: pure.

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
