/** A specialist's next turn: tool requests, a draft, or a reply that must be repaired. */
import { answerNow, parseSpecialistReply, specialistMessages } from '../../agents/specialist.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { DoesNotFit, Payment, SpecialistCall } from '../../contracts/agent-calls.ts';
import { Draft, type SpecialistResult } from '../../contracts/agent.ts';
import { toolDefinitions } from '../../retrieval/tools/tools.ts';
import { repairMessages, settingsOf, takeTurn, type NewMessages } from './agent-turn.ts';
import { runModelActivity } from './ask-model.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** As many as a draft may have. */
const mostGaps = 20;

export const callSpecialist =
  (deps: ActivityDependencies) =>
  (call: SpecialistCall, payment: Payment): Promise<ActivityResult<SpecialistResult | DoesNotFit>> =>
    runModelActivity({ name: 'specialist-llm', type: 'generation', payment }, async (context) => {
      const { mustAnswer } = call;
      const next = await newMessages(deps, call, context.signal);
      const { reply, turn, gaps } = await takeTurn(deps, context, next, { mustAnswer, payment });
      const parsed = parseSpecialistReply(reply, mustAnswer);
      const span = { model: reply.model, usage: reply.usage, output: turn };
      const done = (result: SpecialistResult) => ({ result, usage: reply.usage, span });
      switch (parsed.kind) {
        case 'tools':
          return done({ kind: 'tools', turn, requests: parsed.requests });
        case 'unparsable':
          return done({ kind: 'unparsable', turn, problem: parsed.problem });
        case 'draft': {
          const draft = { ...parsed.draft, gaps: [...gaps, ...parsed.draft.gaps].slice(0, mostGaps) };
          const draftId = await deps.content.put(JSON.stringify(draft));
          return done({ kind: 'draft', turn, draftId, draft });
        }
        default:
          throw parsed satisfies never;
      }
    });

async function newMessages(
  deps: ActivityDependencies,
  call: SpecialistCall,
  signal: AbortSignal,
): Promise<NewMessages> {
  if (call.kind === 'repair') return repairMessages(call);
  const last = call.mustAnswer ? [answerNow] : [];
  if (call.kind === 'next') {
    const answers = call.answers.map((answer) => ({ role: 'tool-answer' as const, ...answer }));
    return { kind: 'following', previous: call.turn, said: [...answers, ...last] };
  }
  const earlier =
    call.earlierDraft === null ? null : Draft.parse(JSON.parse(await deps.content.get(call.earlierDraft)));
  const { snapshot, specialist } = call;
  const tools = toolDefinitions(specialist.tools, deps.ownTools);
  const settings = settingsOf('specialist', specialist, { snapshot, tools, allowed: specialist.tools });
  const map = await mapFor(deps, call, signal);
  const task = { question: call.question, review: call.review, earlierAnswer: earlier?.answer ?? null, map };
  return {
    kind: 'opening',
    settings,
    said: [...specialistMessages(call.specialist, task), ...last],
  };
}

/** The outline of the repository, where the spec asks for it. */
async function mapFor(
  deps: ActivityDependencies,
  { snapshot, specialist }: SpecialistCall & { kind: 'opening' },
  signal: AbortSignal,
): Promise<string | null> {
  if (specialist.mapTokens === undefined) return null;
  const argumentsText = JSON.stringify({ tokens: specialist.mapTokens });
  const request = { callId: 'map', tool: 'repository_map', argumentsText };
  return (await deps.retrieval.runTool(snapshot, request, [request.tool], signal)).text;
}
