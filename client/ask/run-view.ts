/**
 * A run as a person at this terminal follows it, in `ask` and in `chat`: how it gets on, its drafts while they are written, and
 * what it asks people. Where stdin and stderr are no terminal, lines are written and nobody is asked.
 */
import type { WorkflowHandle } from '@temporalio/client';
import { withDrafts } from '../../application/runs/watch-drafts.ts';
import { watchRun } from '../../application/runs/watch-run.ts';
import type { Session } from '../../application/session/session.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { note } from '../terminal/output.ts';
import { openProgressView, plainView } from '../terminal/progress-view.ts';
import { canAskHere, DecisionsHere } from './decide-here.ts';
import { followRun, type RunEnding } from './follow-run.ts';

export type RunViewOptions = {
  json: boolean;
  /** False: a terminal shows no drafts while they are written. */
  stream: boolean;
  /** False: nobody at this terminal is asked anything. */
  input?: boolean;
};

export type RunView = AsyncDisposable & {
  /** What happens before there is a run. */
  preparing(text: string): void;
  /** Until the run has ended, or the signal is aborted. @throws what `watchRun` throws */
  follow(session: Session, run: { handle: WorkflowHandle; runId: string }, signal: AbortSignal): Promise<RunEnding>;
};

/** What is known of the run beforehand: whether it asks people, and how often a draft is tried. */
export type RunToView = { dataDirectory: string; pipeline: Pick<PipelineSpec, 'decisions' | 'gate'> };

export async function openRunView(
  { dataDirectory, pipeline: { decisions, gate } }: RunToView,
  options: RunViewOptions,
): Promise<RunView> {
  const asksHere = decisions !== undefined && options.input !== false && canAskHere();
  // A picture that is drawn again and again leaves no line to type on.
  const view = asksHere ? plainView(note) : await openProgressView();
  const { draft } = view;
  // What is printed for programs is the same however it is watched.
  const isWatched = options.stream && !options.json && draft !== undefined && process.stdout.isTTY;
  const tries = (gate?.retryLimit ?? 0) + 1;
  return {
    preparing: view.preparing,
    async follow(session, { handle, runId }, signal) {
      const { workflowId } = handle;
      const events = watchRun(session, { handle, runId }, signal);
      const { streams } = dataPaths(dataDirectory);
      await using here = new DecisionsHere(session, workflowId, signal);
      return await followRun(isWatched ? withDrafts(events, streams, { workflowId, runId }) : events, {
        onProgress: (progress) => {
          if (asksHere) here.update(progress);
          if (!here.isAsking) view.update(progress, workflowId);
        },
        ...(draft !== undefined && { onDraft: (event) => draft(event, tries) }),
        stopWhenWaiting: false,
      });
    },
    [Symbol.asyncDispose]: () => view[Symbol.asyncDispose](),
  };
}
