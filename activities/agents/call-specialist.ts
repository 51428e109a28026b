/** A specialist's next turn, the tools of the turn before it first where they run here: tool requests, a draft, or a reply that must be repaired. */
import { answerNow, parseSpecialistReply, specialistMessages } from '../../agents/specialist.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { DoesNotFit, Payment, SpecialistCall, ToolsFailed } from '../../contracts/agent-calls.ts';
import { Draft, type SpecialistResult } from '../../contracts/agent.ts';
import { toolDefinitions } from '../../retrieval/tools/tools.ts';
import { repairMessages, settingsOf, takeTurn, type NewMessages } from './agent-turn.ts';
import { runModelActivity } from './ask-model.ts';
import { foreignDefinitions, toldOfForeign } from '../foreign-tools.ts';
import { loadConversation } from './conversation.ts';
import { runTurnTools } from './turn-tools.ts';
import type { ActivityContext } from '../context.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** As many as a draft may have. */
const mostGaps = 20;

export const callSpecialist =
  (deps: ActivityDependencies) =>
  (call: SpecialistCall, payment: Payment): Promise<ActivityResult<SpecialistResult | ToolsFailed | DoesNotFit>> =>
    runModelActivity<SpecialistResult | ToolsFailed>(
      { name: 'specialist-llm', type: 'generation', payment },
      async (context) => {
        const { mustAnswer } = call;
        const next = await newMessages(deps, context, call, payment);
        if ('asked' in next) return { result: next, usage: null, span: null };
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
      },
    );

async function newMessages(
  deps: ActivityDependencies,
  context: ActivityContext,
  call: SpecialistCall,
  payment: Payment,
): Promise<NewMessages | ToolsFailed> {
  if (call.kind === 'repair') return repairMessages(call);
  if (call.kind === 'opening') return openingMessages(deps, call, context.signal);
  const before = await loadConversation(deps, call.turn);
  const { settings } = before;
  const answers =
    call.kind === 'next'
      ? call.answers
      : await runTurnTools(deps, context, { requests: call.requests, turn: call.turn, settings, payment });
  if ('asked' in answers) return answers;
  const said = answers.map((answer) => ({ role: 'tool-answer' as const, ...answer }));
  return { kind: 'following', previous: call.turn, said: [...said, ...lastWord(call)], before };
}

const lastWord = ({ mustAnswer }: SpecialistCall) => (mustAnswer ? [answerNow] : []);

async function openingMessages(
  deps: ActivityDependencies,
  call: Extract<SpecialistCall, { kind: 'opening' }>,
  signal: AbortSignal,
): Promise<NewMessages> {
  const earlier =
    call.earlierDraft === null ? null : Draft.parse(JSON.parse(await deps.content.get(call.earlierDraft)));
  const { snapshot, specialist, foreign } = call;
  const tools = [...toolDefinitions(specialist.tools, deps.ownTools), ...(await foreignDefinitions(deps, foreign))];
  const settings = settingsOf('specialist', specialist, { snapshot, tools, allowed: specialist.tools });
  const map = await mapFor(deps, call, signal);
  const { question, standalone, review, hints } = call;
  const told = foreign === undefined ? undefined : toldOfForeign(foreign);
  const earlierAnswer = earlier?.answer ?? null;
  const task = { question, standalone, hints, review, earlierAnswer, map, foreign: told };
  return {
    kind: 'opening',
    settings,
    said: [...specialistMessages(call.specialist, task), ...lastWord(call)],
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
