/** What a run was started with, as its history holds it. */
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import { RepositoryRef } from '../../contracts/snapshot.ts';
import { clearPayloads } from '../../observability/clear-history.ts';
import type { Session } from '../session/session.ts';

type Execution = { workflowId: string; runId: string };

/** The first event holds it: one page, whatever the run did. Null where it holds none. */
export async function inputOfRun({ client, connection, namespace }: Session, execution: Execution): Promise<unknown> {
  const { workflowId, runId } = execution;
  const request = { namespace, execution: { workflowId, runId }, maximumPageSize: 1 };
  const found = await connection.workflowService.getWorkflowExecutionHistory(request);
  const { history } = await clearPayloads(found, client);
  const [payload] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return payload === undefined ? null : defaultPayloadConverter.fromPayload<unknown>(payload);
}

const WithRepository = z.object({ repository: RepositoryRef });

/** The repository that a run is about; null where its input has another shape. */
export async function repositoryOfRun(session: Session, execution: Execution): Promise<RepositoryRef | null> {
  const { data } = WithRepository.safeParse(await inputOfRun(session, execution));
  return data?.repository ?? null;
}
