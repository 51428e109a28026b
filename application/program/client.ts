/** What a program does with questions: asks, watches, decides, rates. Thin over what every surface calls. */
import type { Client } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { Decision } from '../../contracts/decision.ts';
import type { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { Interrupted, InvalidInput, typedError } from '../errors.ts';
import { type Rated, rateRun } from '../feedback/rate-run.ts';
import { questionInput } from '../questions/question-input.ts';
import { decideRun, type Told } from '../runs/decide-run.ts';
import { findOpenRun, findRun } from '../runs/find-run.ts';
import { type Pending, pendingRequests } from '../runs/pending-requests.ts';
import { type FinishedRun, finishedRun, resultOfRun } from '../runs/run-record.ts';
import { newRunId, startRun } from '../runs/start-run.ts';
import { cancelRun } from '../runs/steer-run.ts';
import { type WatchEvent, withDrafts } from '../runs/watch-drafts.ts';
import { outcomeOf, watchRun } from '../runs/watch-run.ts';
import { unlessLost } from '../session/runtime-loss.ts';
import type { Session } from '../session/session.ts';
import { type AskOptions, checkedOptions, checkedRating, type GivenRating, type QuestionAbout } from './options.ts';

/** A run by its names at the server. */
export type RunIds = { workflowId: string; runId: string };

/** `signal`: whoever waits gives up; the run goes on. */
export type Waiting = { signal?: AbortSignal };

/**
 * What goes wrong is an error with a `code` (`InvalidInput`, `RunNotFound`, `ServerUnavailable` and others); an
 * `InvalidInput` names the field that is wrong.
 */
export type SwitchyardClient = {
  /** Temporal's own client, for what is not here. */
  readonly temporal: Client;
  /** The task queue on which runs are started. */
  readonly taskQueue: string;
  /** The input of `answerQuestion`, checked: for a workflow of one's own that has it as a child. @throws InvalidInput */
  input(question: string, about: QuestionAbout): Promise<QuestionInput>;
  /** Starts a run and waits for its end. @throws InvalidInput; RunExists; RunBroken; Interrupted */
  ask(question: string, options: AskOptions & Waiting): Promise<FinishedRun>;
  /** Starts a run. @throws InvalidInput; RunExists for a `workflowId` that is taken */
  start(question: string, options: AskOptions): Promise<RunIds>;
  /** The states of a run, its drafts while they are written where the worker is on this machine, and its end. @throws RunNotFound; RunBroken */
  watch(workflowId: string, options?: Waiting): AsyncGenerator<WatchEvent, void>;
  /** The result of a run, waited for. `wait: false`: only of one that has ended. @throws RunNotFound; RunStillGoesOn; RunBroken; Interrupted */
  result(workflowId: string, options?: Waiting & { wait?: boolean }): Promise<FinishedRun>;
  /** What one run, or all of them, ask people at this moment. @throws RunNotFound; RunHasEnded */
  pending(workflowId?: string, options?: Waiting): Promise<Pending>;
  /** Tells a run what a person has decided. @throws InvalidInput; RunNotFound; RunHasEnded */
  decide(workflowId: string, decision: Decision): Promise<Told>;
  /** Says of an answer that it was good or bad; the last word stands. @throws InvalidInput; RunNotFound; RunStillGoesOn */
  rate(workflowId: string, rating: GivenRating): Promise<Rated>;
  /** Asks a run to stop. @returns how it has ended; null: it is told, and has not ended within a few seconds @throws RunNotFound; RunHasEnded */
  cancel(workflowId: string, options?: Waiting): Promise<AnswerOutcome | null>;
};

/**
 * @param session stays the caller's to leave
 * @param tell for people: what is done in another way than was asked for
 */
export function questionClient(session: Session, settings: Config, tell: (text: string) => void): SwitchyardClient {
  const input = async (question: string, about: QuestionAbout) => {
    if (typeof question !== 'string') throw new InvalidInput('question', 'question must be a text');
    const { workflowId: _, tenant: __, ...options } = checkedOptions(about);
    return questionInput(question, options, settings, tell);
  };
  const start = async (question: string, options: AskOptions) => {
    const { workflowId = newRunId(), tenant = settings.tenant, ...about } = checkedOptions(options);
    return startRun(session, await input(question, about), workflowId, { tenant });
  };
  const ended = async (workflowId: string, signal: AbortSignal) => {
    const run = await findRun(session, workflowId);
    const waiting = session.connection.withAbortSignal(signal, () => outcomeOf(run.handle));
    const { outcome } = await unlessLost(session, waiting).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      throw Object.assign(new Interrupted(), { message: `nobody waits for ${workflowId} any more: the run goes on` });
    });
    return finishedRun(session, run, outcome);
  };
  return {
    temporal: session.client,
    taskQueue: session.taskQueue,
    input: (question, about) => typed(() => input(question, about)),
    start: (question, options) =>
      typed(async () => {
        const { workflowId, runId } = await start(question, options);
        return { workflowId, runId };
      }),
    ask: (question, { signal = never(), ...options }) =>
      typed(async () => ended((await start(question, options)).workflowId, signal)),
    watch: (workflowId, { signal = never() } = {}) => watch(session, settings, workflowId, signal),
    result: (workflowId, { wait = true, signal = never() } = {}) =>
      typed(() => (wait ? ended(workflowId, signal) : resultOfRun(session, workflowId))),
    pending: (workflowId, { signal = never() } = {}) =>
      typed(() => pendingRequests(session, workflowId ?? null, signal)),
    decide: (workflowId, decision) =>
      typed(async () => {
        await findOpenRun(session, workflowId);
        return decideRun(session, workflowId, decision);
      }),
    rate: (workflowId, rating) => typed(() => rateRun(session, settings, workflowId, checkedRating(rating, settings))),
    cancel: (workflowId, { signal = never() } = {}) =>
      typed(async () => cancelRun(await findOpenRun(session, workflowId), signal)),
  };
}

const never = () => new AbortController().signal;

async function* watch(
  session: Session,
  settings: Config,
  workflowId: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void> {
  try {
    const run = await findRun(session, workflowId);
    const { streams } = dataPaths(settings.dataDirectory);
    yield* withDrafts(watchRun(session, run, signal), streams, { workflowId, runId: run.runId });
  } catch (error) {
    throw typedError(error) ?? error;
  }
}

/** What is known of errors of the SDK is told as one of ours. */
async function typed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw typedError(error) ?? error;
  }
}
