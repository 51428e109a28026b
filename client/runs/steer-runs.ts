/** Pauses, resumes or retries runs: one by its id, or many that are chosen by a query, after saying how many they are. */
import { chosenRuns, type SteeringChoice } from '../../application/runs/choose-runs.ts';
import type { RunRow } from '../../application/runs/list-runs.ts';
import { messageOf, UsageError } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';
import { exitCodes } from '../exit-codes.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { confirmed } from '../terminal/confirm.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { goOn, pause } from './steer-run.ts';
import { type Steered, steer, type SteeringAction } from '../../application/runs/steering.ts';

export type { SteeringAction } from '../../application/runs/steering.ts';

export type SteerOptions = SteeringChoice & {
  all: boolean;
  dryRun: boolean;
  yes: boolean;
  json: boolean;
  detach?: boolean;
};

/** @throws UsageError where the choice of runs is none, or several */
export async function steerRuns(
  action: SteeringAction,
  id: string | undefined,
  options: SteerOptions,
): Promise<number> {
  const { all, benchmark, query, dryRun, json, detach = false } = options;
  const isMany = all || benchmark !== undefined || query !== undefined;
  if (id === undefined && !isMany)
    throw new UsageError(`which runs? Give the id of one, or --all, --benchmark or --query`);
  if (id === undefined) return steerMany(action, options);
  if (isMany || dryRun) throw new UsageError(`--all, --benchmark, --query and --dry-run choose many: leave the id out`);
  return action === 'pause' ? pause(id, json) : goOn(id, action, { json, detach });
}

type Result = Pick<RunRow, 'id' | 'runId' | 'status' | 'question'> & { done: boolean; error: string | null };

/** How many runs are told at a time. */
const width = 8;

async function steerMany(action: SteeringAction, options: SteerOptions): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal });
  const rows = await chosenRuns(session, action, options);
  const { dryRun, yes, json } = options;
  const what = `${rows.length} ${rows.length === 1 ? 'run' : 'runs'}`;
  const asks = rows.length > 0 && !dryRun && !yes;
  const goesOn = !asks || (await confirmed(`${what} would be ${past[action]}`, 'Go on?'));
  const results: Result[] = [];
  if (goesOn && !dryRun)
    await inParallel(
      rows,
      { width, signal },
      (row) => told(session, action, row),
      (result) => results.push(result),
    );
  const shown = results.length > 0 ? results : rows.map((row) => resultOf(row, { done: false, error: null }));
  const done = results.filter((result) => result.done).length;
  const failed = results.length - done;
  if (json)
    printJson({ action, dryRun, matched: rows.length, done, failed, left: rows.length - results.length, runs: shown });
  else print(reportText(action, { what, dryRun, goesOn, done, results, rows }));
  if (done > 0 && action !== 'pause' && session.runtime?.started === true)
    note('they make progress while a runtime is up: start one with "switchyard up"');
  if (signal.aborted) return exitCodes.interrupted;
  return failed > 0 ? exitCodes.failed : exitCodes.worked;
}

const past = { pause: 'paused', resume: 'resumed', retry: 'retried' } as const;

async function told(session: Session, action: SteeringAction, row: RunRow): Promise<Result> {
  const { workflow } = session.client;
  const steered: Steered = await steer(session, action, workflow.getHandle(row.id, row.runId)).catch(
    (error: unknown) => ({ done: false, error: printableLine(messageOf(error)) }),
  );
  return resultOf(row, steered);
}

function resultOf({ id, runId, status, question }: RunRow, { done, error }: Steered): Result {
  return { id, runId, status, question, done, error };
}

type Report = {
  what: string;
  dryRun: boolean;
  goesOn: boolean;
  done: number;
  results: readonly Result[];
  rows: readonly RunRow[];
};

function reportText(action: SteeringAction, { what, dryRun, goesOn, done, results, rows }: Report): string {
  if (dryRun || !goesOn) {
    const ids = dryRun ? rows.map(({ id, question }) => `  ${id}  ${printableLine(question ?? '-')}`) : [];
    return [`${what} would be ${past[action]}${goesOn ? '' : ': nothing was done'}`, ...ids].join('\n');
  }
  const errors = results.flatMap(({ id, error }) => (error === null ? [] : [`  ${id}: ${error}`]));
  return [`${done} of ${what} ${past[action]}`, ...errors].join('\n');
}
