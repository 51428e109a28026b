/** One turn of a chat: started once, followed through losses of the runtime, and shown. */
import { withNotes } from '../../application/memory/with-notes.ts';
import { questionInput } from '../../application/questions/question-input.ts';
import { finishedRun, type FinishedRun } from '../../application/runs/run-record.ts';
import { newRunId } from '../../application/runs/start-run.ts';
import { cancelRun } from '../../application/runs/steer-run.ts';
import { findRun } from '../../application/runs/find-run.ts';
import type { Session } from '../../application/session/session.ts';
import { startTurn } from '../../application/threads/start-turn.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { openRunView, type RunToView } from '../ask/run-view.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note } from '../terminal/output.ts';
import type { Chat } from './chat.ts';
import { showTurn } from './turn-text.ts';

/** Runs are kept where the runtime goes away. */
const tellLoss = () => note('the runtime went away; another one takes the turn up');

type Turn = { id: string; runId: string };

/** @returns the exit code that `ask` would have had */
export async function askTurn(chat: Chat, question: string): Promise<number> {
  const { settings } = chat.session;
  const asked = await questionInput(question, chat.options, settings, note);
  const input = await withNotes(settings, asked, chat.options.memory);
  const [suffix, beganMs] = [newRunId('turn'), Date.now()];
  const { thread, last: after } = chat;
  const tenant = chat.options.tenant ?? settings.tenant;
  const started = await chat.session.use(
    (session, tries) =>
      startTurn(session, input, { thread, after }, { tenant, suffix, sinceMs: tries > 1 ? beganMs : null }),
    tellLoss,
  );
  return followTurn(chat, { id: started.workflowId, runId: started.runId }, input.pipeline);
}

/** The turn is what the next one goes on from, however it ends. Ctrl-C cancels it. */
export async function followTurn(chat: Chat, turn: Turn, pipeline: RunToView['pipeline']): Promise<number> {
  chat.last = turn.id;
  const run = await chat.session.use((session) => outcomeIn(session, chat, { turn, pipeline }), tellLoss);
  if (run === null) return exitCodes.interrupted;
  showTurn(run, chat.options.json);
  return exitCodeOf(run.outcome.kind);
}

/** Null where it was cancelled and has not ended yet. */
async function outcomeIn(
  session: Session,
  { options, session: { settings } }: Chat,
  { turn: { id, runId }, pipeline }: { turn: Turn; pipeline: RunToView['pipeline'] },
): Promise<FinishedRun | null> {
  using interrupt = listenForInterrupt();
  await using view = await openRunView({ dataDirectory: settings.dataDirectory, pipeline }, options);
  const handle = session.client.workflow.getHandle(id, runId);
  const ending = await view.follow(session, { handle, runId }, interrupt.signal);
  await view[Symbol.asyncDispose]();
  let outcome: AnswerOutcome | null = ending.kind === 'finished' ? ending.outcome : null;
  if (outcome === null) {
    note(`cancelling ${id}; what it has found so far is kept`);
    outcome = await cancelRun(await findRun(session, id), new AbortController().signal);
  }
  return outcome === null ? null : finishedRun(session, { handle, runId }, outcome);
}
