/** Has a fitted router decide: no model is asked, but an embeddings endpoint where the router was fitted with one. */
import type { RouteDecision } from '../../contracts/agent.ts';
import type { FittedCall, FittedDecision } from '../../contracts/agent-calls.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import { messageOf } from '../../lib/errors.ts';
import type { QuestionFacts } from '../../router-fit/example.ts';
import { openRouter } from '../../router-fit/predict-route.ts';
import { repositoryFeatures, searchForFeatures } from '../../router-fit/repository-features.ts';
import { probabilityAtRisk } from '../../router-fit/router-figures.ts';
import { toolLimits } from '../attempts.ts';
import { runActivity } from '../context.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** A question without its embedding in this time is routed without it. */
const embeddingMs = 5_000;

type Deps = Pick<ActivityDependencies, 'retrieval' | 'questionEmbedder'>;

export const applyRouter =
  (deps: Deps) =>
  (call: FittedCall): Promise<ActivityResult<FittedDecision>> =>
    runActivity({ name: 'router-fitted', type: 'span', limits: toolLimits }, async ({ signal }) => {
      const repository = await repositoryOf(deps, call, signal);
      const { embedding, missing } = await embeddingOf(deps, call, signal);
      const decision = decide(call, { question: call.question, repository, embedding });
      const result = { decision, sure: isSure(call, decision) };
      return missing === null
        ? { result, usage: null }
        : { result, usage: null, span: { level: 'WARNING', message: missing.slice(0, 300) } };
    });

function decide({ router, routes }: FittedCall, facts: QuestionFacts): RouteDecision {
  const known = openRouter(router)(facts);
  const others = routes.filter((route) => !router.routes.includes(route)).map((route) => ({ route, probability: 0 }));
  const probabilities = [...known, ...others];
  return { route: probabilities[0]?.route ?? '', probabilities, source: 'fitted', fallback: false, reply: '' };
}

function isSure({ router, risk }: FittedCall, { probabilities }: RouteDecision): boolean {
  if (risk === null) return true;
  const point = probabilityAtRisk(router.riskCoverage, risk);
  return point !== null && (probabilities[0]?.probability ?? 0) >= point.probability;
}

async function repositoryOf(
  { retrieval }: Deps,
  { snapshot, question }: FittedCall,
  signal: AbortSignal,
): Promise<number[] | null> {
  if (snapshot === undefined) return null;
  await retrieval.ensure(snapshot, signal);
  return repositoryFeatures(question, await searchForFeatures(retrieval, snapshot, question, signal));
}

/** Never fails for the endpoint's sake: `missing` says why the router goes without. @throws the signal's reason */
async function embeddingOf({ questionEmbedder }: Deps, { router, question }: FittedCall, signal: AbortSignal) {
  const { embeddingModel } = router;
  if (embeddingModel === null) return { embedding: null, missing: null };
  const without = (why: string) => ({ embedding: null, missing: `routed without an embedding: ${why}` });
  if (questionEmbedder === undefined)
    return without(`the router was fitted with ${embeddingModel}, and none is configured`);
  if (questionEmbedder.model !== embeddingModel)
    return without(`the router was fitted with ${embeddingModel}, not ${questionEmbedder.model}`);
  const deadline = AbortSignal.timeout(embeddingMs);
  try {
    const [embedding = null] = await questionEmbedder.embed([question], 'query', AbortSignal.any([signal, deadline]));
    return embedding === null ? without(`${embeddingModel} refused the question`) : { embedding, missing: null };
  } catch (error) {
    signal.throwIfAborted();
    return without(deadline.aborted ? `${embeddingModel} took longer than ${embeddingMs / 1000} s` : messageOf(error));
  }
}
