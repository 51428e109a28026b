/** What runs do at this moment: one of them, or the newest. */
import { isOpen } from '../../application/runs/find-run.ts';
import { listRuns, rowOf, type RunRow } from '../../application/runs/list-runs.ts';
import { progressOf } from '../../application/runs/watch-run.ts';
import type { Session } from '../../application/session/session.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { printableLine } from '../../lib/printable.ts';
import type { Surface } from '../surface.ts';
import type { RunStatus, StatusOutput } from '../answers/other-outputs.ts';
import { pendingOutput } from '../answers/run-output.ts';
import { pendingText } from '../answers/run-text.ts';

/** How many runs a list has, and how many are looked at side by side. */
const newest = 20;
const width = 5;

/** @param runId null: the newest runs @throws RunNotFound */
export async function statusOf(
  surface: Surface,
  session: Session,
  runId: string | null,
  signal: AbortSignal,
): Promise<StatusOutput> {
  if (runId !== null) return { runs: [await oneRun(surface, session, runId)] };
  const rows = await listRuns(session, { limit: newest }, signal);
  const runs: RunStatus[] = [];
  await inParallel(
    rows,
    { width, signal },
    ({ id, runId: execution }) => surface.mayShow(session, { workflowId: id, runId: execution }),
    (isShown, row) => {
      if (isShown) runs.push(statusRow(row));
    },
  );
  return { runs };
}

async function oneRun(surface: Surface, session: Session, runId: string): Promise<RunStatus> {
  const run = await surface.findRun(session, runId);
  const row = statusRow(rowOf(run.description, session));
  const progress = isOpen(run) ? await progressOf(session, run.handle) : null;
  if (progress === null) return row;
  const pending = (progress.pending ?? []).map(pendingOutput);
  const waits = progress.waitingFor !== null || pending.length > 0;
  return { ...row, state: waits ? 'waiting' : 'running', doing: printableLine(progress.doing), pending };
}

function statusRow({ id, status, outcome, question, doing, started, webUrl }: RunRow): RunStatus {
  const isOver = status !== 'running' && status !== 'waiting';
  return {
    run_id: id,
    state: isOver ? 'finished' : status,
    outcome: isOver ? (outcome ?? status) : null,
    ...{ question, doing, pending: [], started, web_url: webUrl },
  };
}

export function statusText({ runs }: StatusOutput): string {
  const lines = runs.map(({ run_id, state, outcome, question, doing, pending }) =>
    [`${run_id} ${outcome ?? state}${doing === null ? '' : `: ${doing}`}`, question, ...pending.map(pendingText)]
      .filter((line) => line !== null)
      .join('\n'),
  );
  return lines.length === 0 ? 'there is no run' : lines.join('\n\n');
}
