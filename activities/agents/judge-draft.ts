/** Asks the judge for a typed verdict on a draft. */
import { judgeMessages, parseVerdict, verdictSchema } from '../../agents/judge.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { DoesNotFit, JudgeCall, Payment } from '../../contracts/agent-calls.ts';
import { Draft, type JudgeResult } from '../../contracts/agent.ts';
import { repairMessages, settingsOf, takeTurn, type NewMessages } from './agent-turn.ts';
import { runModelActivity } from './ask-model.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { citedEvidence } from './evidence-text.ts';
import type { ActivityContext } from '../context.ts';

export const judgeDraft =
  (deps: ActivityDependencies) =>
  (call: JudgeCall, payment: Payment): Promise<ActivityResult<JudgeResult | DoesNotFit>> =>
    runModelActivity({ name: 'judge-llm', type: 'evaluator', payment }, async (context) => {
      const next = call.kind === 'repair' ? repairMessages(call) : await opening(deps, context, call);
      const { reply, turn } = await takeTurn(deps, context, next, {
        mustAnswer: false,
        payment,
      });
      const parsed = parseVerdict(reply);
      return {
        result: { ...parsed, turn },
        usage: reply.usage,
        span: { model: reply.model, usage: reply.usage, output: turn },
      };
    });

async function opening(
  deps: ActivityDependencies,
  context: ActivityContext,
  call: Extract<JudgeCall, { kind: 'opening' }>,
): Promise<NewMessages> {
  const draft = Draft.parse(JSON.parse(await deps.content.get(call.draft)));
  const evidence = await citedEvidence(deps, context, call.snapshot, call.citations);
  return {
    kind: 'opening',
    settings: settingsOf('judge', call.judge, { snapshot: call.snapshot, responseFormat: verdictSchema }),
    said: judgeMessages(call.judge.prompt ?? null, { question: call.question, answer: draft.answer, evidence }),
  };
}
