/** Answers one question about a repository: opens it, routes, delegates, reviews, and makes one answer. */
import type { SpecialistOutput } from '../../contracts/agent.ts';
import type { GateSpec } from '../../contracts/pipeline.ts';
import type { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { toolsFailed } from './absence.ts';
import { asks } from './decisions/decisions.ts';
import { approvedAnswer, clarifiedRoutes, oneMoreTry } from './decisions/requests.ts';
import { delegate } from './delegation.ts';
import { bestToShow, ended, endedWithout } from './endings.ts';
import { withinFrame } from './frame.ts';
import { bestOutput, reviewOutputs } from './gate.ts';
import { openAndRoute } from './opening.ts';
import { firstRoutes, retryRoute } from './routing.ts';
import { type Run, supersede } from './state.ts';
import { synthesizeAnswer } from './synthesis.ts';

/**
 * Answers a question. A value of one of six kinds comes back, also where the run is cancelled.
 * @throws ApplicationFailure of the type `InvalidInput` for an input that does not fit
 */
export function answerQuestion(given: QuestionInput): Promise<AnswerOutcome> {
  return withinFrame(given, answer, { endsWithCall: true });
}

/** The course of a run, from the question to its outcome. */
async function answer(run: Run): Promise<AnswerOutcome> {
  const { state } = run;
  await openAndRoute(run);
  let drafts = await delegate(run, asks(run.input, 'clarify') ? await clarifiedRoutes(run) : firstRoutes(run), null);
  for (;;) {
    const accepted = await acceptedOf(run, drafts);
    const ending = accepted.length === 0 ? await giveUp(run) : await conclude(run, accepted);
    if (!('again' in ending)) return ending;
    const { of, reasons } = ending.again;
    state.retry_count += 1;
    state.superseded = [];
    drafts = await delegate(run, [of?.specialist ?? state.route ?? ''], { reasons, earlierDraft: of?.draftId ?? null });
  }
}

/** What passes the gate; weak drafts are sent back as often as it allows. */
async function acceptedOf(run: Run, first: SpecialistOutput[]): Promise<SpecialistOutput[]> {
  const { state } = run;
  const { gate } = run.input.pipeline;
  let drafts = first;
  let accepted = await reviewOutputs(run, drafts);
  while (accepted.length === 0 && gate !== null && state.retry_count < gate.retryLimit) {
    const weak = bestOutput(drafts) ?? drafts[0];
    const feedback = { reasons: weak?.reasons ?? [], earlierDraft: weak?.draftId ?? null };
    drafts = await delegate(run, [beginRetry(run, gate, weak)], feedback);
    accepted = await reviewOutputs(run, drafts);
  }
  return accepted;
}

/** A person wants another try: who has another, and what it is told. */
type Again = { again: { of: SpecialistOutput | undefined; reasons: readonly string[] } };

/** Makes the answer of what was accepted, which a person may have to approve. */
async function conclude(run: Run, accepted: readonly SpecialistOutput[]): Promise<AnswerOutcome | Again> {
  const { state, visibility } = run;
  const others = state.specialist_output.filter((output) => !accepted.includes(output));
  supersede(run, others, 'a later draft was accepted');
  const made = await synthesizeAnswer(run, accepted);
  if (!asks(run.input, 'draft')) return ended(run, made);
  const approved = await approvedAnswer(run, made);
  if (approved.kind === 'approved') return ended(run, approved.answer, approved.by);
  const reasons = [approved.note];
  for (const output of accepted) Object.assign(output, { accepted: false, reasons });
  const best = bestOutput(accepted) ?? accepted[0];
  if (approved.kind === 'sent-back') return { again: { of: best, reasons } };
  return visibility.finish({ kind: 'retries-exhausted', state, reasons });
}

/** Counts a retry. @returns the route that it goes to */
function beginRetry({ state }: Run, gate: GateSpec, weak: SpecialistOutput | undefined): string {
  state.retry_count += 1;
  const same = weak?.specialist ?? state.route ?? '';
  return retryRoute(state.routing, gate.onWeak, { same, run: state.routes_run });
}

/** No draft has passed in all tries: a person may want one more, else the best one is shown. */
async function giveUp(run: Run): Promise<AnswerOutcome | Again> {
  const { state } = run;
  const last = bestToShow(run) ?? state.specialist_output.at(-1);
  if (toolsFailed(state.tools_called) === null && asks(run.input, 'try')) {
    const more = await oneMoreTry(run, last?.reasons ?? []);
    if (more !== null) return { again: { of: last, ...more } };
  }
  return endedWithout(run, last?.reasons ?? []);
}
