/**
 * Starts a turn of a thread. Nothing is locked: two terminals that go on from the same turn make two branches, each with a run
 * of its own.
 */
import type { QuestionInput } from '../../contracts/run.ts';
import { threadOfRunId, turnPrefix } from '../../contracts/threads/thread.ts';
import { InvalidInput } from '../errors.ts';
import { newRunId, type StartedRun, startRun } from '../runs/start-run.ts';
import { inLastingSession } from '../session/runtime-loss.ts';
import { openSession, type Session, type SessionRequest } from '../session/session.ts';
import { nextTurn } from './next-turn.ts';
import { expectThreadId, lastTurn, openTurns, turnBefore } from './turns.ts';

/** Where a turn goes on from. */
export type TurnRequest = {
  /** Absent: the thread of the run that it goes on from, or a new one. */
  thread?: string | undefined;
  /** Workflow id of the run that it goes on from; absent: the turn that ended last. Null: it begins the thread anew. */
  after?: string | null | undefined;
};

/** A turn that was started. */
export type StartedTurn = StartedRun & {
  thread: string;
  turn: number;
  parent: string | null;
  /** Turns of the thread that still go on, and that this one knows nothing of. */
  open: string[];
};

/** An id that sorts by time. */
export const newThreadId = (): string => newRunId('t');

/**
 * @param input without a thread
 * @param options `suffix`: of the turn's id, chosen by the caller where it may be started twice; `sinceMs`: see `startRun`
 * @throws InvalidInput, RunNotFound for what it is to go on from
 */
export async function startTurn(
  session: Session,
  input: QuestionInput,
  { thread, after }: TurnRequest,
  options: { tenant?: string | null; sinceMs?: number | null; suffix?: string } = {},
): Promise<StartedTurn> {
  const id = expectThreadId(thread ?? (typeof after === 'string' ? threadOfRunId(after) : null) ?? newThreadId());
  const parent = after === undefined ? ((await lastTurn(session, id))?.id ?? null) : after;
  const before = parent === null ? null : await turnBefore(session, parent);
  const turn = nextTurn(id, before);
  const open = after === undefined ? (await openTurns(session, id)).map((row) => row.id) : [];
  const workflowId = `${turnPrefix(id)}${options.suffix ?? newRunId('turn')}`;
  // The session of its trace is its thread.
  const started = await startRun(session, { ...input, thread: turn, session: id }, workflowId, options);
  return { ...started, thread: id, turn: turn.turn, parent, open: open.filter((each) => each !== workflowId) };
}

/** The same where nothing is open yet; where the runtime goes away before the turn was started, it is started once all the same. */
export async function openAndStartTurn(
  request: SessionRequest,
  input: QuestionInput,
  asked: TurnRequest,
  tenant: string | null = request.settings.tenant,
): Promise<{ session: Session; run: StartedTurn }> {
  if (input.session !== undefined)
    throw new InvalidInput('session', 'the traces of a thread have its id as their session: leave --session out');
  const beganMs = Date.now();
  const [suffix, thread] = [newRunId('turn'), asked.thread ?? (asked.after === undefined ? newThreadId() : undefined)];
  const { session, result: run } = await inLastingSession(
    () => openSession(request),
    (opened, tries) =>
      startTurn(opened, input, { ...asked, thread }, { tenant, suffix, sinceMs: tries > 1 ? beganMs : null }),
  );
  return { session, run };
}
