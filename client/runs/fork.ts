/** Forks a run: says what will be taken and paid, starts the fork and follows it as `ask` does. */
import { forkedRun, type ForkOptions, forkInput, planOfFork } from '../../application/forks/fork-run.ts';
import { readSettings } from '../../application/read-settings.ts';
import { newRunId, startRun } from '../../application/runs/start-run.ts';
import { watchRun } from '../../application/runs/watch-run.ts';
import { openSession } from '../../application/session/session.ts';
import { followRun } from '../ask/follow-run.ts';
import { readQuestion } from '../ask/question-argument.ts';
import { reportDetached, reportEnding } from '../ask/report-ending.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { columnsOf, note, print, printJson } from '../terminal/output.ts';
import { openProgressView } from '../terminal/progress-view.ts';
import { planText } from './fork-text.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type ForkCommand = ForkOptions & {
  id?: string;
  tenant?: string;
  dryRun: boolean;
  detach: boolean;
  json: boolean;
};

/** @returns the exit code */
export async function fork(
  workflowId: string,
  { id, tenant, dryRun, detach, json, ...given }: ForkCommand,
): Promise<number> {
  const settings = readSettings();
  const options =
    given.question === undefined ? given : { ...given, question: await readQuestion(given.question, process.stdin) };
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using view = await openProgressView();
  const request = { settings, onProgress: view.preparing, signal };
  // What is wrong is told before a worker is started.
  await using known = await openSession({ ...request, need: 'server' });
  const before = await forkedRun(known, workflowId);
  const asked = await forkInput(before, options, settings, note);
  await using session = await openSession({ ...request, need: 'worker' });
  const { input, plan, remarks } = await planOfFork(session, before, asked);
  const text = planText(workflowId, { plan, remarks }, columnsOf(dryRun ? process.stdout : process.stderr));
  if (dryRun) {
    await view[Symbol.asyncDispose]();
    if (json)
      printJson({ forkOf: { workflowId, runId: before.runId }, ...plan, remarks } satisfies Printed<'runs fork'>);
    else print(text);
    return exitCodes.worked;
  }
  note(text);
  const { handle, runId } = await startRun(session, input, id ?? newRunId('fork'), {
    tenant: tenant ?? settings.tenant,
  });
  const run = { session, handle, runId, json };
  if (detach) {
    await view[Symbol.asyncDispose]();
    return reportDetached(run);
  }
  view.preparing(`started ${handle.workflowId}`);
  const ending = await followRun(watchRun(session, { handle, runId }, signal), {
    onProgress: (progress) => view.update(progress, handle.workflowId),
    stopWhenWaiting: false,
  });
  await view[Symbol.asyncDispose]();
  return await reportEnding(run, ending);
}
