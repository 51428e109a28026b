/** Asks the synthesizer for one answer from several results, and checks its citations. */
import { parseSynthesis, synthesisMessages, synthesisSchema } from '../../agents/synthesizer.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { DoesNotFit, Payment, SynthesisCall } from '../../contracts/agent-calls.ts';
import { Draft, type SynthesisResult } from '../../contracts/agent.ts';
import { repairMessages, settingsOf, takeTurn, type NewMessages } from './agent-turn.ts';
import { runModelActivity } from './ask-model.ts';
import { checkOnTheWay } from './check-draft.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { loadConversation } from './conversation.ts';
import { citedEvidence } from './evidence-text.ts';
import type { ActivityContext } from '../context.ts';
import { handOverOnTheWay } from '../tracing/export-spans.ts';

export const synthesize =
  (deps: ActivityDependencies) =>
  (call: SynthesisCall, payment: Payment): Promise<ActivityResult<SynthesisResult | DoesNotFit>> =>
    runModelActivity({ name: 'synthesis-llm', type: 'generation', payment }, async (context) => {
      const next = call.kind === 'repair' ? repairMessages(call) : await opening(deps, context, call);
      const { reply, turn } = await takeTurn(deps, context, next, { mustAnswer: false, payment });
      const parsed = parseSynthesis(reply);
      const span = { model: reply.model, usage: reply.usage, output: turn };
      const done = (result: SynthesisResult) => ({ result, usage: reply.usage, span });
      if (parsed.kind === 'unparsable') return done({ ...parsed, turn });
      const synthesisId = await deps.content.put(JSON.stringify(parsed.synthesis));
      const { snapshot } = call.kind === 'opening' ? call : (await loadConversation(deps, call.turn)).settings;
      context.note({ ...span, endMs: Date.now() });
      const handingOver = 'handOver' in call ? handOverOnTheWay(deps.traces, context) : null;
      const { foreignAnswered } = 'foreignAnswered' in call ? call : {};
      const cited = { citations: parsed.synthesis.citations, foreignAnswered };
      if (snapshot !== null) await checkOnTheWay(deps, context, snapshot, cited);
      await handingOver;
      return done({ ...parsed, turn, synthesisId });
    });

async function opening(
  deps: ActivityDependencies,
  context: ActivityContext,
  call: Extract<SynthesisCall, { kind: 'opening' }>,
): Promise<NewMessages> {
  const candidates = await Promise.all(
    call.candidates.map(async ({ specialist, draft, citations }) => {
      const { answer, confidence, insufficient } = Draft.parse(JSON.parse(await deps.content.get(draft)));
      const holding = citations.filter(({ status, foreign }) => status !== 'unresolved' || foreign === true);
      return { specialist, answer, confidence, insufficient, citations: holding };
    }),
  );
  const cited = call.candidates.flatMap((candidate) => candidate.citations);
  const evidence = await citedEvidence(deps, context, call.snapshot, cited);
  return {
    kind: 'opening',
    settings: settingsOf('synthesizer', call.synthesis, { snapshot: call.snapshot, responseFormat: synthesisSchema }),
    said: synthesisMessages(call.synthesis.prompt ?? null, call.question, candidates, evidence, call.standalone),
  };
}
