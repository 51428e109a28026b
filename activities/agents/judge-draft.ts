/**
 * Has a draft reviewed: code checks its citations first, and only a draft that is not weak by that is shown to the judge,
 * for a typed verdict.
 */
import { weaknesses } from '../../agents/gate-rule.ts';
import { judgeMessages, parseVerdict, verdictSchema } from '../../agents/judge.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { CheckFailed, DoesNotFit, DraftRefused, JudgeCall, Payment } from '../../contracts/agent-calls.ts';
import { Draft, type JudgeResult } from '../../contracts/agent.ts';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import { repairMessages, settingsOf, takeTurn, type NewMessages } from './agent-turn.ts';
import { runModelActivity } from './ask-model.ts';
import { checkOnTheWay } from './check-draft.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { citedEvidence } from './evidence-text.ts';
import type { ActivityContext } from '../context.ts';
import { handOverOnTheWay } from '../tracing/export-spans.ts';

type Reviewed = JudgeResult | DraftRefused | CheckFailed;

export const judgeDraft =
  (deps: ActivityDependencies) =>
  (call: JudgeCall, payment: Payment): Promise<ActivityResult<Reviewed | DoesNotFit>> =>
    runModelActivity<Reviewed>({ name: 'judge-llm', type: 'evaluator', payment }, async (context) => {
      const next = call.kind === 'repair' ? repairMessages(call) : await opening(deps, context, call);
      if ('asked' in next) return { result: next, usage: null, span: null };
      const { reply, turn } = await takeTurn(deps, context, next, { mustAnswer: false, payment });
      const span = { model: reply.model, usage: reply.usage, output: turn };
      const verdict = parseVerdict(reply);
      context.note({ ...span, endMs: Date.now() });
      if ('handOver' in call && verdict.kind === 'verdict' && verdict.verdict.accepted)
        await handOverOnTheWay(deps.traces, context);
      return { result: { ...verdict, turn }, usage: reply.usage, span };
    });

type Opening = Extract<JudgeCall, { kind: 'opening' }>;

async function opening(
  deps: ActivityDependencies,
  context: ActivityContext,
  call: Opening,
): Promise<NewMessages | DraftRefused | CheckFailed> {
  const draft = Draft.parse(JSON.parse(await deps.content.get(call.draft)));
  if (call.citations !== undefined) return judgeOpening(deps, context, call, { draft, citations: call.citations });
  const { foreignAnswered } = call;
  const cited = { citations: draft.citations, foreignAnswered };
  const citations = await checkOnTheWay(deps, context, call.snapshot, cited);
  if (citations === null) return { kind: 'check-failed', asked: false };
  const reasons = weaknesses({ ...draft, citations }, call.rule);
  if (reasons.length > 0) return { kind: 'refused', asked: false, reasons };
  context.note({ startMs: Date.now() });
  return judgeOpening(deps, context, call, { draft, citations });
}

async function judgeOpening(
  deps: ActivityDependencies,
  context: ActivityContext,
  { snapshot, question, standalone, judge }: Opening,
  { draft, citations }: { draft: Draft; citations: readonly CheckedCitation[] },
): Promise<NewMessages> {
  const evidence = await citedEvidence(deps, context, snapshot, citations);
  return {
    kind: 'opening',
    settings: settingsOf('judge', judge, { snapshot, responseFormat: verdictSchema }),
    said: judgeMessages(judge.prompt ?? null, { question, standalone, answer: draft.answer, evidence }),
  };
}
