/** Asks the router which specialist a question is for. */
import { parseRoute, routerRequest } from '../../agents/router.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { DoesNotFit, Payment, RouteCall } from '../../contracts/agent-calls.ts';
import type { RouteDecision } from '../../contracts/agent.ts';
import { repositoryNote, searchForFeatures } from '../../router-fit/repository-features.ts';
import { askModel, runModelActivity } from './ask-model.ts';
import type { ActivityDependencies } from '../dependencies.ts';

export const routeQuestion =
  (deps: ActivityDependencies) =>
  (call: RouteCall, payment: Payment): Promise<ActivityResult<RouteDecision | DoesNotFit>> =>
    runModelActivity({ name: 'router-llm', type: 'generation', payment }, async (context) => {
      const note = await noteOf(deps, call, context.signal);
      const request = routerRequest(call.question, call.router, call.routes, call.refused, note);
      const { reply } = await askModel(deps, context, { request }, payment);
      const names = call.routes.map((route) => route.name);
      const span = { model: reply.model, usage: reply.usage };
      return { result: parseRoute(reply, call.router.fallback, names), usage: reply.usage, span };
    });

/** The same at each attempt, so that a reply which was paid for is found again. */
async function noteOf({ retrieval }: ActivityDependencies, { snapshot, question }: RouteCall, signal: AbortSignal) {
  if (snapshot === undefined) return null;
  await retrieval.ensure(snapshot, signal);
  return repositoryNote(question, await searchForFeatures(retrieval, snapshot, question, signal));
}
