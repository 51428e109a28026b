/** A run as programs see it: one object with everything that they ask for. */
import type { RouteDecision } from '../../contracts/agent.ts';
import { failurePage } from '../../contracts/failures.ts';
import { shownDocument } from '../../lib/own-files.ts';
import type { AnswerOutcome, AnswerState, RunFailure, RunProgress } from '../../contracts/run.ts';
import { loggedState } from '../../harness/run-log/logged-state.ts';
import { RunStillGoesOn } from '../errors.ts';
import type { RunRating } from '../feedback/ratings.ts';
import type { Session } from '../session/session.ts';
import { findRun, isOpen } from './find-run.ts';
import { outcomeOf, type WatchedRun } from './watch-run.ts';

/** A run that has ended. */
export type FinishedRun = {
  workflowId: string;
  runId: string;
  webUrl: string | null;
  /** True: the server was started for this session and stops with it, its Web UI too. */
  serverStops: boolean;
  /** From start to close, waiting included; null where the server does not say. */
  durationMs: number | null;
  outcome: AnswerOutcome;
  /** What somebody has said of it; absent where nobody was asked. */
  rating?: RunRating | null;
};

/** What is known of a run that has ended, its duration as the server tells it. */
export async function finishedRun(
  session: Session,
  { handle, runId }: WatchedRun,
  outcome: AnswerOutcome,
): Promise<FinishedRun> {
  const { startTime, closeTime } = await handle.describe();
  const durationMs = closeTime === undefined ? null : closeTime.getTime() - startTime.getTime();
  return { ...identityOf(session, { handle, runId }), serverStops: serverStops(session), durationMs, outcome };
}

/**
 * The result of a run that has ended.
 * @throws RunNotFound; RunStillGoesOn; RunBroken
 */
export async function resultOfRun(session: Session, workflowId: string): Promise<FinishedRun> {
  const run = await findRun(session, workflowId);
  if (isOpen(run)) throw new RunStillGoesOn(workflowId);
  const { outcome } = await outcomeOf(run.handle);
  return finishedRun(session, run, outcome);
}

/** The names of a run, and where it is seen. */
export function identityOf(session: Session, { handle: { workflowId }, runId }: WatchedRun) {
  return { workflowId, runId, webUrl: session.urlOf(workflowId, runId) };
}

/** True where the server was started for this session, so that links to its Web UI end with it. */
export function serverStops({ runtime }: Pick<Session, 'runtime'>): boolean {
  return runtime?.started === true;
}

/** A run that has ended; its keyed places are `keyedFields`. */
export function runRecord({ outcome, ...run }: FinishedRun) {
  const { kind, state, ...ending } = outcome;
  const help = helpOn('failure' in ending ? ending.failure : null);
  return { ...run, outcome: kind, ...ending, ...help, ...stateRecord(state) };
}

/** Fields of both whose keys are names of roles and of routes. */
export const keyedFields = { models: 'map', probabilities: 'map', repairs: 'map', fallbacks: 'map' } as const;

/** A run that goes on. */
export function openRunRecord(session: Session, run: WatchedRun, { state, ...now }: RunProgress) {
  return { ...identityOf(session, run), outcome: null, ...now, ...helpOn(now.waitingFor), ...stateRecord(state) };
}

/** The page about a failure, where there is one. */
export function helpOn(failure: RunFailure | null): { help?: string } {
  return failure === null ? {} : { help: shownDocument(failurePage(failure.kind)) };
}

/** Each figure has one place: the cost is not in `usage`, the probabilities are not in `routing`. */
export function stateRecord(state: AnswerState) {
  const { routing, offline, ...logged } = loggedState(state);
  return {
    pipeline: state.pipeline,
    ...logged,
    searched: state.searched,
    probabilities: probabilitiesByRoute(routing),
    routing: routing && withoutProbabilities(routing),
    offlineModel: offline === true,
    ...(state.decisions === undefined ? {} : { decisions: state.decisions }),
    ...(state.foreign_tools === undefined ? {} : { foreignTools: state.foreign_tools }),
    ...(state.edited_by === undefined ? {} : { editedBy: state.edited_by }),
    snapshot: state.snapshot,
    ...(state.fork_of === undefined ? {} : { forkOf: state.fork_of }),
    traceUrl: state.trace_link,
    ...(state.standalone_question === undefined ? {} : { standaloneQuestion: state.standalone_question }),
    ...(state.thread === undefined ? {} : { thread: state.thread }),
  };
}

function withoutProbabilities({ probabilities: _, ...routing }: RouteDecision) {
  return routing;
}

/** `{ code: 0.9, docs: 0.1 }`, most likely first; null where no route was chosen. */
export function probabilitiesByRoute(
  routing: { probabilities: { route: string; probability: number }[] } | null,
): Record<string, number> | null {
  if (routing === null) return null;
  return Object.fromEntries(routing.probabilities.map(({ route, probability }) => [route, probability]));
}
