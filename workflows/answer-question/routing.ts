/** Routing: which specialist a question is for, decided by the router, by force, or because there is only one. */
import type { RouteCall } from '../../contracts/agent-calls.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { RouteDecision } from '../../contracts/agent.ts';
import { repairsAllowed } from './repairs.ts';
import { probabilityOf } from './routing-policy.ts';
import type { Run } from './state.ts';

export const routerSummary = 'router: choose a specialist';

export async function chooseRoute(run: Run): Promise<void> {
  const { question } = run.state;
  const { pipeline, forcedRoute } = run.input;
  run.say('routing', 'choosing a specialist');
  const decision =
    undisputedRoute(pipeline, forcedRoute) ??
    (await routed(pipeline, question, (call) =>
      run.paid({ stage: 'routing' }, (payment) =>
        run.calls.models.routeQuestion.executeWithOptions({ summary: routerSummary }, [call, payment]),
      ),
    ));
  run.state.routing = decision;
  run.state.route = decision.route;
  run.note({ SwitchyardRoute: decision.route });
  const percent = Math.round(probabilityOf(decision, decision.route) * 100);
  run.say('routing', `${decision.route} (${percent} %)${decision.fallback ? ', the fallback' : ''}`);
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

/** Asks the router, and again while its reply names no route; what is left then is the fallback. */
export async function routed(
  { router, specialists }: PipelineSpec,
  question: string,
  ask: (call: RouteCall) => Promise<RouteDecision>,
): Promise<RouteDecision> {
  if (router === null) throw new Error('the pipeline has no router');
  const routes = specialists.map(({ name, purpose }) => ({ name, purpose }));
  const refused: string[] = [];
  for (;;) {
    const decision = await ask({ question, router, routes, refused });
    if (!decision.fallback || refused.length >= repairsAllowed) return decision;
    refused.push(decision.reply);
  }
}
