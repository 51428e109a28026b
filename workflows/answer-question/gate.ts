/**
 * The gate: code checks every citation first, then a model may judge; what is weak is told its reasons. Where there is a
 * judge both are one activity (agents/gate-rule.ts is applied between them); where that could not check, or no call could
 * be had for it, the citations are checked by an activity of their own.
 */
import { metricMeter } from '@temporalio/workflow';
import type { CheckedDraft, GateRule, JudgeCall } from '../../contracts/agent-calls.ts';
import type { SpecialistOutput, Verdict } from '../../contracts/agent.ts';
import type { GateSpec } from '../../contracts/pipeline.ts';
import type { RunFailure } from '../../contracts/run.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import type { DoneOnTheWay, SpanScope } from '../../contracts/trace.ts';
import { summaryText } from '../../lib/printable.ts';
import { baselessAbstention } from './absence.ts';
import { BudgetSpent } from './limits/budget.ts';
import { type Branch, sideBySide } from './branch.ts';
import { askedQuestion } from './follow-up.ts';
import { foreignAnswered } from './foreign/pinning.ts';
import { callAgent, callTool } from './calls.ts';
import { Unavailable } from './failures.ts';
import { handingOver, type Run, snapshotOf } from './state.ts';

/** Without a gate every draft passes that does not abstain without having looked; citations are checked all the same. */
export async function reviewOutputs(run: Run, outputs: readonly SpecialistOutput[]): Promise<SpecialistOutput[]> {
  run.visibility.say('reviewing', `checking ${outputs.map((output) => output.specialist).join(' and ')}`);
  const branchOf = ({ specialist }: SpecialistOutput) => `judge of ${specialist}`;
  // Accepted alone, a draft is the answer, unless one is always written of the drafts.
  const isLast = outputs.length === 1 && run.input.pipeline.synthesis.calls === 'when-needed';
  const ends = await sideBySide(run.budget, outputs, branchOf, (output, branch) =>
    review(run, output, { branch, isLast }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return outputs.filter(passes);
}

/** Accepted, or good enough for code where no judge could be had. */
const passes = ({ accepted, unjudged }: SpecialistOutput): boolean => accepted === true || unjudged !== undefined;

async function review(run: Run, output: SpecialistOutput, about: Omit<Reviewed, 'output'>): Promise<void> {
  const { gate } = run.input.pipeline;
  if (gate === null) return reviewWithoutGate(run, output, about.isLast);
  const verdict = await verdictOn(run, gate, { output, ...about });
  if ('unjudged' in verdict) {
    output.accepted = null;
    output.unjudged = verdict.unjudged;
  } else {
    output.accepted = verdict.accepted;
    output.reasons = [...verdict.reasons];
  }
  const word = output.accepted ? 'accepted' : passes(output) ? 'unjudged' : 'weak';
  metricMeter.createCounter('switchyard_gate_verdicts').add(1, { route: output.specialist, verdict: word });
}

async function reviewWithoutGate(run: Run, output: SpecialistOutput, isLast: boolean): Promise<void> {
  if (output.draftId !== null) await check(run, output, output.draftId, { isLast });
  const baseless = baselessAbstention(output, run.state.tools_called);
  output.accepted = output.kind === 'draft' && baseless === null;
  if (baseless !== null) output.reasons = [baseless];
}

type Reviewed = {
  output: SpecialistOutput;
  branch: Branch;
  /** An accepted draft ends the run. */
  isLast: boolean;
};

async function verdictOn(
  run: Run,
  gate: GateSpec,
  { output, branch, isLast }: Reviewed,
): Promise<Verdict | { unjudged: string }> {
  const { draftId, kind, reasons } = output;
  if (draftId === null) return weak(reasons.length > 0 ? reasons : [`the result is ${kind}`]);
  const { minResolvedCitations, minConfidence } = gate;
  const baseless = baselessAbstention(output, run.state.tools_called);
  const rule = { minResolvedCitations, minConfidence, baseless };
  if (gate.judge !== null) return judge(run, { gate, judge: gate.judge, rule, draftId }, { output, branch, isLast });
  const found = await check(run, output, draftId, { rule, isLast });
  return found.length > 0 ? weak(found) : { accepted: true, reasons: [] };
}

const weak = (reasons: readonly string[]): Verdict => ({ accepted: false, reasons: [...reasons] });

/** Has code alone check a draft. @returns why it is weak by the rule; empty without one */
async function check(
  run: Run,
  output: SpecialistOutput,
  content: ContentId,
  { rule, isLast }: { rule?: GateRule; isLast: boolean },
): Promise<string[]> {
  const input = {
    snapshot: snapshotOf(run),
    content,
    scope: gateScope(run, output),
    ...foreignAnswered(run),
    ...(isLast ? handingOver(run) : {}),
  };
  const summary = summaryText(`${whoWrote(output)}: check its citations against the snapshot`);
  const ruled = rule === undefined ? input : { ...input, rule };
  const { citations, reasons }: CheckedDraft = await callTool(run, 'verifyCitations', ruled, summary);
  output.citations = citations;
  return reasons;
}

/** A round of the gate follows each round of drafts. */
function gateScope({ state }: Run, { specialist }: SpecialistOutput): SpanScope {
  return { stage: 'gate', specialist, try: state.retry_count + 1 };
}

type Judging = { gate: GateSpec; judge: NonNullable<GateSpec['judge']>; rule: GateRule; draftId: ContentId };

/**
 * Has code check a draft, and a judge read it that is not weak by that. A judge that cannot be had, or gives no usable
 * verdict, does not count against the draft: it stands, unjudged. Whatever becomes of the judge, the citations are checked.
 */
async function judge(
  run: Run,
  { gate, judge: spec, rule, draftId }: Judging,
  { output, branch, isLast }: Reviewed,
): Promise<Verdict | { unjudged: string }> {
  const withoutPerson = gate.judgeRequired !== true;
  const opening = { kind: 'opening', snapshot: snapshotOf(run), ...askedQuestion(run), judge: spec } as const;
  let checked = false;
  const onDone = ({ citations }: DoneOnTheWay) => {
    if (citations === undefined) return;
    output.citations = citations;
    checked = true;
  };
  const scope = gateScope(run, output);
  const purpose = 'check its citations → judge the draft';
  const about = {
    scope,
    branch,
    who: whoWrote(output),
    purpose,
    mustAnswer: true,
    withoutPerson,
    onDone,
    fallbackModel: spec.fallbackModel,
    at: { round: run.state.retry_count + 1 },
  };
  const call = (): JudgeCall => {
    const known = checked ? { citations: output.citations } : {};
    return { ...opening, draft: draftId, rule, ...known, ...foreignAnswered(run), ...(isLast ? handingOver(run) : {}) };
  };
  let reply = await callAgent(run, 'judgeDraft', call, about).catch(notHad);
  if (!checked) {
    const found = await check(run, output, draftId, { rule, isLast: false });
    checked = true;
    if (found.length > 0) return weak(found);
    if (reply.kind === 'check-failed') reply = await callAgent(run, 'judgeDraft', call, about).catch(notHad);
  }
  if (reply.kind === 'verdict') return reply.verdict;
  if (reply.kind === 'refused') return weak(reply.reasons);
  if (reply.kind === 'not-had') return withoutJudge(reply.error, withoutPerson);
  const problem = reply.kind === 'unparsable' ? reply.problem : 'it was not asked';
  if (withoutPerson) return { unjudged: `the judge's reply could not be used: ${problem}` };
  return weak([`the judge gave no verdict: ${problem}`]);
}

/** The budget or a failure has kept the judge away. @throws everything else, cancellations among it */
function notHad(error: unknown): { kind: 'not-had'; error: BudgetSpent | Unavailable } {
  if (error instanceof BudgetSpent || error instanceof Unavailable) return { kind: 'not-had', error };
  throw error;
}

/** @throws what is no reason to go without a judge */
function withoutJudge(error: BudgetSpent | Unavailable, withoutPerson: boolean): { unjudged: string } {
  if (!(error instanceof Unavailable) || !withoutPerson || !isOfModel(error.failure)) throw error;
  return { unjudged: `${error.failure.kind}: ${error.message}`.slice(0, 500) };
}

/** Failures of the model and of the way to it; what is wrong with the repository or the data directory is the run's. */
const isOfModel = ({ kind }: RunFailure): boolean => kind.startsWith('Model') || kind === 'WorkerLost';

/** For the Web UI. */
const whoWrote = ({ specialist, try: tryNumber }: SpecialistOutput) => `${specialist} specialist, try ${tryNumber}`;

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
