/**
 * The steps of a question, for a workflow of one's own shape. `runQuestion` is the frame: budget, clock, cancellation, trace
 * and the queries of a run hold within it as they do in `answerQuestion`; the steps are called with the run that it gives.
 *
 * This is no part of `./workflows`, since each function that the file of a bundle exports is a workflow there. The workflow
 * takes a question's input as its first argument and gives the outcome back: its trace is made of both.
 */
import type { SpecialistOutput } from '../contracts/agent.ts';
import { backstop, workflowTaskTimeout } from '../contracts/names.ts';
import type { AnswerOutcome, AnswerState, QuestionInput } from '../contracts/run.ts';
import { type RunMemo, runMemo } from '../contracts/run-memo.ts';
import { summaryText } from '../lib/printable.ts';
import { asks } from './answer-question/decisions/decisions.ts';
import { clarifiedRoutes } from './answer-question/decisions/requests.ts';
import { delegate as delegateTo } from './answer-question/delegation.ts';
import { bestToShow, ended, endedWithout } from './answer-question/endings.ts';
import { withinFrame } from './answer-question/frame.ts';
import { reviewOutputs } from './answer-question/gate.ts';
import { openAndRoute } from './answer-question/opening.ts';
import { firstRoutes } from './answer-question/routing.ts';
import { type Answer, nameOfDraft, type Run, supersede } from './answer-question/state.ts';
import { synthesizeAnswer } from './answer-question/synthesis.ts';

export type { SpecialistOutput } from '../contracts/agent.ts';
export type { AnswerOutcome, AnswerState, QuestionInput } from '../contracts/run.ts';
export type { Answer } from './answer-question/state.ts';

declare const madeByRunQuestion: unique symbol;

/** A run within `runQuestion`: what the steps are called with. */
export type QuestionRun = {
  readonly input: QuestionInput;
  /** What the outcome will hold; the steps write it. */
  readonly state: Readonly<AnswerState>;
  readonly [madeByRunQuestion]: true;
};

const inner = (run: QuestionRun): Run => run as unknown as Run;

/**
 * Runs a question by a course of one's own. The course may call activities, timers and children beside the steps; it ends
 * with what `answered` or `gaveUp` gives.
 * @throws ApplicationFailure of the type `InvalidInput` for an input that does not fit
 */
export function runQuestion(
  input: QuestionInput,
  course: (run: QuestionRun) => Promise<AnswerOutcome>,
): Promise<AnswerOutcome> {
  return withinFrame(input, (run) => course(run as unknown as QuestionRun), { endsWithCall: false });
}

/**
 * Opens the repository and has the router choose; a person is asked where the pipeline wants that. It is the first step.
 * @returns names of specialists of the pipeline, the likeliest first: one where the router is sure
 */
export async function route(run: QuestionRun): Promise<string[]> {
  await openAndRoute(inner(run));
  return asks(run.input, 'clarify') ? clarifiedRoutes(inner(run)) : firstRoutes(inner(run));
}

/**
 * Has specialists work side by side, each until it has a draft or its limits end it.
 * @param routes their names
 * @returns one result each, in the same order; one that failed is of the kind `failed` while another has something
 */
export function delegate(run: QuestionRun, routes: readonly string[]): Promise<SpecialistOutput[]> {
  return delegateTo(inner(run), routes, null);
}

/**
 * Has a specialist work once more, with the reasons why its draft was weak, and counts a retry.
 * @param options `to`: another specialist than the one that wrote it; `reasons`: others than those of the gate
 */
export async function sendBack(
  run: QuestionRun,
  weak: SpecialistOutput,
  { to = weak.specialist, reasons = weak.reasons }: { to?: string; reasons?: readonly string[] } = {},
): Promise<SpecialistOutput[]> {
  inner(run).state.retry_count += 1;
  return delegateTo(inner(run), [to], { reasons, earlierDraft: weak.draftId });
}

/**
 * Checks the citations of drafts, and has the gate of the pipeline judge them. Each draft is told its verdict (`accepted`,
 * `reasons`, `citations`).
 * @returns those that pass
 */
export function review(run: QuestionRun, drafts: readonly SpecialistOutput[]): Promise<SpecialistOutput[]> {
  return reviewOutputs(inner(run), drafts);
}

/**
 * Makes one answer of the drafts that passed, at least one; what is left out is listed with the reason. A model is asked
 * where there are several.
 */
export function synthesize(run: QuestionRun, accepted: readonly SpecialistOutput[]): Promise<Answer> {
  const { state } = run;
  const others = state.specialist_output.filter((output) => !accepted.includes(output));
  supersede(inner(run), others, 'a later draft was accepted');
  return synthesizeAnswer(inner(run), accepted);
}

/** Ends the run with an answer: that of `synthesize`, or a reviewed draft as it stands. */
export function answered(run: QuestionRun, answer: Answer): AnswerOutcome {
  const { specialist_output, superseded } = run.state;
  const listed = new Set(superseded.map(({ specialist }) => specialist));
  const isDraft = specialist_output.some((output) => output === answer);
  const others = specialist_output.filter((output) => output !== answer && !listed.has(nameOfDraft(output)));
  if (isDraft) supersede(inner(run), others, 'another draft is the answer');
  return ended(inner(run), answer);
}

/**
 * Ends the run without an answer that was accepted: as `retries-exhausted` with the best draft, or as `unavailable` where
 * no tool worked.
 * @param reasons those of the best draft unless given
 */
export function gaveUp(run: QuestionRun, reasons?: readonly string[]): AnswerOutcome {
  const best = bestToShow(inner(run)) ?? run.state.specialist_output.at(-1);
  return endedWithout(inner(run), reasons ?? best?.reasons ?? []);
}

/** What a run is started with beside its input. */
export type QuestionStart = {
  memo: RunMemo;
  staticSummary: string;
  workflowTaskTimeout: typeof workflowTaskTimeout;
  workflowExecutionTimeout: typeof backstop;
};

/**
 * Options for `executeChild` and `startChild`: how a run that is a child stands in lists from its first moment, and the
 * limits that our own clients give.
 */
export function questionStart(input: QuestionInput): QuestionStart {
  const { question } = input;
  return {
    memo: runMemo(input),
    staticSummary: summaryText(question),
    workflowTaskTimeout,
    workflowExecutionTimeout: backstop,
  };
}
