/** Chooses the runs that are paused, resumed or retried together. */
import { isGrpcServiceError } from '@temporalio/client';
import { attributeNames } from '../../contracts/names.ts';
import { printableLine } from '../../lib/printable.ts';
import { InvalidInput, ServerRefused } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { type RunRow, rowOf } from './list-runs.ts';
import { isQuestionRun, questionRunsQuery } from './question-runs.ts';
import { registeredAttributes } from './start-run.ts';
import type { SteeringAction } from './steering.ts';

export type SteeringChoice = {
  /** Those of this benchmark. */
  benchmark?: string;
  /** A visibility query of Temporal. */
  query?: string;
};

/**
 * The runs that are chosen, as far as the action can be done to them.
 * @throws InvalidInput for a query that the server does not take; ServerRefused where it can't tell which runs wait
 */
export async function chosenRuns(session: Session, action: SteeringAction, choice: SteeringChoice): Promise<RunRow[]> {
  const known = await registeredAttributes(session.connection, session.namespace);
  const query = queryOf(action, choice, known);
  const rows: RunRow[] = [];
  try {
    // A query of the user's may hold brackets that end ours.
    for await (const execution of session.client.workflow.list({ query, pageSize: 200 }))
      if (isQuestionRun(execution)) rows.push(rowOf(execution, session));
  } catch (error) {
    const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
    // INVALID_ARGUMENT
    if (isGrpcServiceError(cause) && cause.code === 3)
      throw new InvalidInput('query', `--query: ${printableLine(cause.details)}`);
    throw error;
  }
  return rows;
}

function queryOf(action: SteeringAction, { benchmark, query }: SteeringChoice, known: ReadonlySet<string>): string {
  const { outcome, benchmark: ofBenchmark } = attributeNames;
  const needed = [...(action === 'pause' ? [] : [outcome]), ...(benchmark === undefined ? [] : [ofBenchmark])];
  const unknown = needed.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new ServerRefused(`this server has no search attribute ${unknown}, by which these runs are found`);
  const parts = [questionRunsQuery(known), ...statusOf(action, known.has(outcome))];
  // A benchmark's id holds no quotes.
  if (benchmark !== undefined) parts.push(`${ofBenchmark} = '${benchmark}'`);
  if (query !== undefined) parts.push(`(${query})`);
  return parts.join(' AND ');
}

function statusOf(action: SteeringAction, tellsOutcome: boolean): string[] {
  const { outcome } = attributeNames;
  if (action === 'retry') return [`ExecutionStatus = 'Completed'`, `${outcome} = 'unavailable'`];
  const open = `ExecutionStatus = 'Running'`;
  if (action === 'resume') return [open, `${outcome} = 'waiting'`];
  return tellsOutcome ? [open, `(${outcome} IS NULL OR ${outcome} != 'waiting')`] : [open];
}
