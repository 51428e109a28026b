/** Asks one question that was found right: starts the run, follows it and prints what it found. */
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note } from '../terminal/output.ts';
import type { QuestionOptions } from '../../application/questions/question-input.ts';
import type { PreparedQuestion } from './question-argument.ts';
import { noteSecrets } from '../repository/left-out-text.ts';
import { reportDetached, reportEnding } from './report-ending.ts';
import { openRunView, type RunViewOptions } from './run-view.ts';
import type { QuestionInput } from '../../contracts/run.ts';
import type { SessionRequest } from '../../application/session/session.ts';
import { InvalidInput } from '../../application/errors.ts';
import { withNotes } from '../../application/memory/with-notes.ts';
import { openAndStartTurn, type StartedTurn } from '../../application/threads/start-turn.ts';
import { openAndStart } from '../../application/runs/open-and-start.ts';
import { newRunId } from '../../application/runs/start-run.ts';

export type AskOptions = QuestionOptions &
  RunViewOptions & {
    id?: string;
    tenant?: string;
    thread?: string;
    after?: string;
    /** False: without what was remembered of the repository. */
    memory?: boolean;
    detach: boolean;
  };

/** @returns the exit code */
export async function askQuestion({ settings, input: asked }: PreparedQuestion, options: AskOptions): Promise<number> {
  const input = await withNotes(settings, asked, options.memory ?? true);
  using interrupt = listenForInterrupt();
  const { dataDirectory } = settings;
  await using view = await openRunView({ dataDirectory, pipeline: input.pipeline }, options);
  const request = { settings, need: 'worker', onProgress: view.preparing, signal: interrupt.signal } as const;
  const started = await start(request, input, options);
  await using session = started.session;
  const { handle, runId, workflowId } = started.run;
  const run = { session, handle, runId, json: options.json };
  if (options.detach) {
    await view[Symbol.asyncDispose]();
    return reportDetached(run);
  }
  view.preparing(`started ${workflowId}`);
  const ending = await view.follow(session, run, interrupt.signal);
  await view[Symbol.asyncDispose]();
  if (ending.kind === 'finished' && ending.outcome.state.snapshot !== null) noteSecrets(ending.outcome.state.snapshot);
  return await reportEnding(run, ending);
}

/** A run by itself, or a turn of a thread, which is told of. */
async function start(request: SessionRequest, input: QuestionInput, options: AskOptions) {
  const { thread, after, tenant, id = newRunId() } = options;
  if (!isTurn(options)) return openAndStart(request, input, id, tenant);
  const started = await openAndStartTurn(request, input, { thread, after }, tenant);
  noteTurn(started.run);
  return started;
}

/** @throws InvalidInput where its id is chosen, too: it would not be found as a turn */
function isTurn({ thread, after, id }: AskOptions): boolean {
  if (thread === undefined && after === undefined) return false;
  if (id === undefined) return true;
  throw new InvalidInput('id', 'a turn of a thread has an id that begins with its thread: leave --id out');
}

function noteTurn({ thread, turn, parent, open }: StartedTurn): void {
  note(parent === null ? `begins the thread ${thread}` : `turn ${turn} of the thread ${thread}, after ${parent}`);
  if (open.length > 0)
    note(`${open.join(', ')} still ${open.length === 1 ? 'goes' : 'go'} on: this turn is a branch beside it`);
}
