/** Asks the exporters of traces what waits, and what they have put aside. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import { exporterType, queries } from '../../contracts/names.ts';
import type { AsideExport, ExporterEnding, ExporterState } from '../../contracts/trace.ts';
import { printableLine } from '../../lib/printable.ts';
import type { Session } from '../../application/session/session.ts';
import { type Finding, later, ok } from './finding.ts';

/** Of exporters that have ended, so many are looked at. */
const lateExporters = 5;

/** Whether traces arrive: what waits, and what was put aside lately. */
export async function tracesFinding(
  { client }: Pick<Session, 'client'>,
  { taskQueue, traces }: Pick<Config, 'taskQueue' | 'traces'>,
): Promise<Finding> {
  if (traces.sink === 'none') return ok('traces', 'go nowhere (SWITCHYARD_TRACES)');
  const query = `WorkflowType = '${exporterType}' AND TaskQueue = '${taskQueue.replaceAll("'", "''")}'`;
  const aside: AsideExport[] = [];
  let [seen, waiting, problem]: [number, number, string | null] = [0, 0, null];
  for await (const { workflowId, runId, status } of client.workflow.list({ query, pageSize: lateExporters })) {
    const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
    const state = await stateOf(client, handle, status.name).catch(() => null);
    aside.push(...(state?.aside ?? []));
    waiting += (state?.waiting?.length ?? 0) + (state?.sending?.length ?? 0);
    problem ??= state?.problem ?? null;
    seen += 1;
    if (seen === lateExporters) break;
  }
  const lost = aside.map(({ workflowId, reason }) => `; ${workflowId} was put aside: ${printableLine(reason)}`);
  const detail = `${waiting} waiting to be sent${problem === null ? '' : ` (${printableLine(problem)})`}${lost.join('')}`;
  return problem === null ? ok('traces', detail) : later('traces', detail, 'they are sent once it answers');
}

/** An exporter that goes on is asked, by way of its worker. */
async function stateOf(
  client: Session['client'],
  handle: WorkflowHandle,
  status: string,
): Promise<Partial<ExporterState> | null> {
  if (status === 'COMPLETED') return (await handle.result()) as ExporterEnding;
  if (status !== 'RUNNING') return null;
  return client.withDeadline(Date.now() + 3000, () => handle.query<ExporterState>(queries.exports));
}
