/** Asks one question that was found right: starts the run, follows it and prints what it found. */
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { openProgressView } from '../terminal/progress-view.ts';
import type { PreparedQuestion, QuestionOptions } from './question-input.ts';
import { noteSecrets } from '../repository/left-out-text.ts';
import { reportDetached, reportEnding } from './report-ending.ts';
import { newRunId, startRun } from './start-run.ts';
import { inLastingSession } from '../runtime-loss.ts';
import { openSession } from '../session.ts';
import { watchRun } from './watch-run.ts';

export type AskOptions = QuestionOptions & { id?: string; tenant?: string; detach: boolean; json: boolean };

/** @returns the exit code */
export async function askQuestion({ settings, input }: PreparedQuestion, options: AskOptions): Promise<number> {
  using interrupt = listenForInterrupt();
  await using view = await openProgressView();
  const request = { settings, need: 'worker', onProgress: view.preparing, signal: interrupt.signal } as const;
  const tenant = options.tenant ?? settings.tenant;
  const [id, sinceMs] = [options.id ?? newRunId(), Date.now()];
  const joined = await inLastingSession(
    () => openSession(request),
    (opened, tries) => startRun(opened, input, id, { tenant, sinceMs: tries > 1 ? sinceMs : null }),
  );
  await using session = joined.session;
  const { handle, runId, workflowId } = joined.result;
  const run = { session, handle, runId, json: options.json };
  if (options.detach) {
    await view[Symbol.asyncDispose]();
    return reportDetached(run);
  }
  view.preparing(`started ${workflowId}`);
  const ending = await watchRun({
    session,
    handle,
    signal: interrupt.signal,
    onProgress: (progress) => view.update(progress, workflowId),
    stopWhenWaiting: false,
  });
  await view[Symbol.asyncDispose]();
  if (ending.kind === 'finished' && ending.outcome.state.snapshot !== null) noteSecrets(ending.outcome.state.snapshot);
  return await reportEnding(run, ending);
}
