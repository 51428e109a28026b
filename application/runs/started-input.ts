/** What a run was started with, read from the server: the first event of its history holds it, one page whatever the run did. */
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { QuestionInput } from '../../contracts/run.ts';
import { RepositoryRef } from '../../contracts/snapshot.ts';
import { clearPayloads } from '../../observability/clear-history.ts';
import type { Session } from '../session/session.ts';

type Execution = { workflowId: string; runId: string };

/** @returns null where it was started with nothing @throws what the server says of a run that is gone; Unreadable */
export async function startedInput(
  { client, connection, namespace }: Pick<Session, 'client' | 'connection' | 'namespace'>,
  { workflowId, runId }: Execution,
): Promise<unknown> {
  const request = { namespace, execution: { workflowId, runId }, maximumPageSize: 1 };
  const found = await connection.workflowService.getWorkflowExecutionHistory(request);
  const { history } = await clearPayloads(found, client);
  const [payload] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return payload === undefined ? null : defaultPayloadConverter.fromPayload<unknown>(payload);
}

/** @returns null where this version cannot read it */
export async function pipelineOfRun(session: Session, execution: Execution): Promise<PipelineSpec | null> {
  const input = QuestionInput.pick({ pipeline: true }).safeParse(await startedInput(session, execution));
  return input.success ? input.data.pipeline : null;
}

const WithRepository = z.object({ repository: RepositoryRef });

/** The repository that a run is about; null where its input has another shape. */
export async function repositoryOfRun(session: Session, execution: Execution): Promise<RepositoryRef | null> {
  const { data } = WithRepository.safeParse(await startedInput(session, execution));
  return data?.repository ?? null;
}
