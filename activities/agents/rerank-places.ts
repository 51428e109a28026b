/** Has a model put in order what a search would show. A reply that cannot be used leaves the search's order. */
import { orderSchema, parseOrder, rerankMessages } from '../../agents/reranker.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { DoesNotFit, Payment } from '../../contracts/agent-calls.ts';
import type { RerankCall, RerankResult } from '../../contracts/agent.ts';
import { ModelFailure } from '../../models/chat-model.ts';
import { settingsOf, takeTurn } from './agent-turn.ts';
import { runModelActivity } from './ask-model.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** A provider that asks for a longer wait is not asked again: the search does without it. */
const longestWaitMs = 5_000;

export const rerankPlaces =
  (deps: ActivityDependencies) =>
  ({ snapshot, request, rerank }: RerankCall, payment: Payment): Promise<ActivityResult<RerankResult | DoesNotFit>> =>
    runModelActivity<RerankResult>({ name: 'rerank-llm', type: 'generation', payment }, async (context) => {
      await deps.retrieval.ensure(snapshot, context.signal);
      const { query, places } = await deps.retrieval.candidates(snapshot, request, context.signal);
      if (places.length < 2) return { result: { order: [] }, usage: null };
      const settings = settingsOf('judge', rerank, { snapshot, responseFormat: orderSchema });
      const said = rerankMessages(rerank.prompt ?? null, query, places);
      const opening = { kind: 'opening', settings, said } as const;
      const { reply, turn } = await takeTurn(deps, context, opening, { mustAnswer: false, payment }).catch(impatient);
      const span = { model: reply.model, usage: reply.usage, output: turn };
      const numbers = parseOrder(reply, places.length);
      if (numbers === null) {
        const problem = 'the reranker gave no usable order';
        const warned = { ...span, level: 'WARNING', message: problem } as const;
        return { result: { order: [], problem }, usage: reply.usage, span: warned };
      }
      const order = numbers.flatMap((at) => {
        const place = places[at];
        if (place === undefined) return [];
        const { path, firstLine, lastLine } = place;
        return [{ path, firstLine, lastLine }];
      });
      return { result: { order }, usage: reply.usage, span };
    });

function impatient(error: unknown): never {
  if (!(error instanceof ModelFailure) || (error.retryAfterMs ?? 0) <= longestWaitMs) throw error;
  throw new ModelFailure(error.kind, error.message, { ...error, retry: false });
}
