/** The gate: code checks every citation first, then a model may judge; weak drafts go back with the reasons. */
import { metricMeter } from '@temporalio/workflow';
import type { JudgeCall } from '../../contracts/agent-calls.ts';
import type { JudgeTurn, SpecialistOutput, Verdict } from '../../contracts/agent.ts';
import type { GateSpec } from '../../contracts/pipeline.ts';
import type { SpanScope } from '../../contracts/trace.ts';
import { type Branch, sideBySide } from './branch.ts';
import { weaknesses } from './gate-policy.ts';
import { usableTurn } from './repairs.ts';
import type { Run } from './state.ts';
import { turnSummary } from './ui.ts';

/** Without a gate everything that is a draft passes; citations are checked all the same. */
export async function reviewOutputs(run: Run, outputs: readonly SpecialistOutput[]): Promise<SpecialistOutput[]> {
  run.say('reviewing', `checking ${outputs.map((output) => output.specialist).join(' and ')}`);
  const branchOf = ({ specialist }: SpecialistOutput) => `judge of ${specialist}`;
  const ends = await sideBySide(run.budget, outputs, branchOf, (output, branch) => review(run, output, branch));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return outputs.filter((output) => output.accepted === true);
}

async function review(run: Run, output: SpecialistOutput, branch: Branch): Promise<void> {
  const { gate } = run.input.pipeline;
  const { draftId, specialist, try: tryNumber } = output;
  if (draftId !== null) {
    const scope = gateScope(run, output);
    const input = { snapshot: run.snapshot, content: draftId, scope };
    const summary = turnSummary(specialist, tryNumber, 'check its citations against the snapshot');
    output.citations = await run.unpaid(() => run.calls.tools.verifyCitations.executeWithOptions({ summary }, [input]));
  }
  if (gate === null) {
    output.accepted = output.kind === 'draft';
    return;
  }
  const reasons = weaknesses(output, gate);
  const verdict = reasons.length > 0 ? { accepted: false, reasons } : await judge(run, gate, { output, branch });
  output.accepted = verdict.accepted;
  output.reasons = [...verdict.reasons];
  const tags = { route: specialist, verdict: output.accepted ? 'accepted' : 'weak' };
  metricMeter.createCounter('switchyard_gate_verdicts').add(1, tags);
}

/** A round of the gate follows each round of drafts. */
function gateScope({ state }: Run, { specialist }: SpecialistOutput): SpanScope {
  return { stage: 'gate', specialist, try: state.retry_count + 1 };
}

/** A judge that gives no usable verdict does not count against the draft: the code's checks stand alone then. */
async function judge(
  run: Run,
  gate: GateSpec,
  { output, branch }: { output: SpecialistOutput; branch: Branch },
): Promise<Verdict> {
  const passed: Verdict = { accepted: true, reasons: [] };
  if (gate.judge === null || output.draftId === null) return passed;
  const opening: JudgeCall = {
    kind: 'opening',
    snapshot: run.snapshot,
    question: run.state.question,
    judge: gate.judge,
    draft: output.draftId,
    citations: output.citations,
  };
  const { judgeDraft } = run.calls.models;
  const turn = await usableTurn<JudgeCall, JudgeTurn>(opening, 'judge the draft', true, (each, why) =>
    run.paid(
      gateScope(run, output),
      (payment) =>
        judgeDraft.executeWithOptions({ summary: turnSummary(output.specialist, output.try, why) }, [each, payment]),
      branch,
    ),
  );
  return turn.kind === 'verdict' ? turn.verdict : passed;
}
