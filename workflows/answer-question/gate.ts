/** The gate: code checks every citation first, then a model may judge; what is weak is told its reasons. */
import { metricMeter } from '@temporalio/workflow';
import type { JudgeCall } from '../../contracts/agent-calls.ts';
import type { SpecialistOutput, Verdict } from '../../contracts/agent.ts';
import type { GateSpec } from '../../contracts/pipeline.ts';
import type { RunFailure } from '../../contracts/run.ts';
import type { ToolCalled } from '../../contracts/tools.ts';
import type { SpanScope } from '../../contracts/trace.ts';
import { baselessAbstention } from './absence.ts';
import { type Branch, sideBySide } from './branch.ts';
import { callAgent, callTool } from './calls.ts';
import { Unavailable } from './failures.ts';
import { type Run, snapshotOf } from './state.ts';
import { inShort } from './visibility.ts';

/** Without a gate every draft passes that does not abstain without having looked; citations are checked all the same. */
export async function reviewOutputs(run: Run, outputs: readonly SpecialistOutput[]): Promise<SpecialistOutput[]> {
  run.visibility.say('reviewing', `checking ${outputs.map((output) => output.specialist).join(' and ')}`);
  const branchOf = ({ specialist }: SpecialistOutput) => `judge of ${specialist}`;
  const ends = await sideBySide(run.budget, outputs, branchOf, (output, branch) => review(run, output, branch));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return outputs.filter(passes);
}

/** Accepted, or good enough for code where no judge could be had. */
const passes = ({ accepted, unjudged }: SpecialistOutput): boolean => accepted === true || unjudged !== undefined;

async function review(run: Run, output: SpecialistOutput, branch: Branch): Promise<void> {
  const { gate } = run.input.pipeline;
  const { draftId, specialist } = output;
  if (draftId !== null) {
    const scope = gateScope(run, output);
    const input = { snapshot: snapshotOf(run), content: draftId, scope };
    const summary = inShort(`${whoWrote(output)}: check its citations against the snapshot`);
    output.citations = await callTool(run, 'verifyCitations', input, summary);
  }
  if (gate === null) {
    const baseless = baselessAbstention(output, run.state.tools_called);
    output.accepted = output.kind === 'draft' && baseless === null;
    if (baseless !== null) output.reasons = [baseless];
    return;
  }
  const reasons = weaknesses(output, gate, run.state.tools_called);
  const verdict = reasons.length > 0 ? { accepted: false, reasons } : await judge(run, gate, { output, branch });
  if ('unjudged' in verdict) {
    output.accepted = null;
    output.unjudged = verdict.unjudged;
  } else {
    output.accepted = verdict.accepted;
    output.reasons = [...verdict.reasons];
  }
  const tags = { route: specialist, verdict: output.accepted ? 'accepted' : passes(output) ? 'unjudged' : 'weak' };
  metricMeter.createCounter('switchyard_gate_verdicts').add(1, tags);
}

/** A round of the gate follows each round of drafts. */
function gateScope({ state }: Run, { specialist }: SpecialistOutput): SpanScope {
  return { stage: 'gate', specialist, try: state.retry_count + 1 };
}

/** A judge that cannot be had, or gives no usable verdict, does not count against the draft: it stands, unjudged. */
async function judge(
  run: Run,
  gate: GateSpec,
  { output, branch }: { output: SpecialistOutput; branch: Branch },
): Promise<Verdict | { unjudged: string }> {
  if (gate.judge === null || output.draftId === null) return { accepted: true, reasons: [] };
  const opening: JudgeCall = {
    kind: 'opening',
    snapshot: snapshotOf(run),
    question: run.state.question,
    judge: gate.judge,
    draft: output.draftId,
    citations: output.citations,
  };
  const scope = gateScope(run, output);
  const withoutPerson = gate.judgeRequired !== true;
  const about = { scope, branch, who: whoWrote(output), purpose: 'judge the draft', mustAnswer: true, withoutPerson };
  try {
    const reply = await callAgent(run, 'judgeDraft', opening, about);
    if (reply.kind === 'verdict') return reply.verdict;
    if (withoutPerson) return { unjudged: `the judge's reply could not be used: ${reply.problem}` };
    return { accepted: false, reasons: [`the judge gave no verdict: ${reply.problem}`] };
  } catch (error) {
    if (!(error instanceof Unavailable) || !withoutPerson || !isOfModel(error.failure)) throw error;
    return { unjudged: `${error.failure.kind}: ${error.message}`.slice(0, 500) };
  }
}

/** Failures of the model and of the way to it; what is wrong with the repository or the data directory is the run's. */
const isOfModel = ({ kind }: RunFailure): boolean => kind.startsWith('Model') || kind === 'WorkerLost';

/** For the Web UI. */
const whoWrote = ({ specialist, try: tryNumber }: SpecialistOutput) => `${specialist} specialist, try ${tryNumber}`;

// What code alone can say of a result, before any judge is asked: pure.

/** Reasons why a result is weak; empty when code finds none. A "not in the repository" needs no citation, but a search. */
export function weaknesses(
  output: SpecialistOutput,
  gate: Pick<GateSpec, 'minResolvedCitations' | 'minConfidence'>,
  toolsCalled: readonly ToolCalled[],
): string[] {
  if (output.kind === 'empty' || output.kind === 'failed')
    return output.reasons.length > 0 ? output.reasons : [`the result is ${output.kind}`];
  if (output.insufficient) return [baselessAbstention(output, toolsCalled)].filter((reason) => reason !== null);
  const reasons: string[] = [];
  if (output.citations.length === 0) reasons.push('nothing is cited: cite the lines that prove the answer');
  const unresolved = output.citations.filter((citation) => citation.status === 'unresolved');
  const resolvedShare = 1 - unresolved.length / Math.max(1, output.citations.length);
  if (resolvedShare < gate.minResolvedCitations) {
    for (const { path, firstLine, lastLine, reason } of unresolved.slice(0, 5)) {
      reasons.push(
        `the citation ${path}:${firstLine}-${lastLine} does not hold: ${reason ?? 'its words are not there'}`,
      );
    }
  }
  if (output.confidence < gate.minConfidence) {
    reasons.push(`the confidence ${output.confidence} is under ${gate.minConfidence}: look further`);
  }
  return reasons;
}

/** The result to show when none was accepted: cited ones first, then the most confident. */
export function bestOutput(outputs: readonly SpecialistOutput[]): SpecialistOutput | null {
  const drafts = outputs.filter(({ kind }) => kind === 'draft');
  const rank = (output: SpecialistOutput) =>
    (output.accepted ? 4 : output.unjudged !== undefined ? 3 : 0) + (resolved(output) > 0 ? 2 : 0) + output.confidence;
  return drafts.reduce<SpecialistOutput | null>(
    (best, output) => (best === null || rank(output) > rank(best) ? output : best),
    null,
  );
}

export const resolved = (output: SpecialistOutput): number =>
  output.citations.filter((citation) => citation.status !== 'unresolved').length;
