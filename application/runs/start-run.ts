/** Starts a run so that it can be found again: by id, by its question, by pipeline and repository. */
import {
  type Client,
  type Connection,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import {
  attributeNames,
  backstop,
  type searchAttributes,
  workflowTaskTimeout,
  workflowTypes,
} from '../../contracts/names.ts';
import type { QuestionInput } from '../../contracts/run.ts';
import { RunExists } from '../errors.ts';
import { cut, printableLine, summaryText } from '../../lib/printable.ts';
import type { Session } from '../session/session.ts';
import { randomBytes } from 'node:crypto';

export type StartedRun = { workflowId: string; runId: string; handle: WorkflowHandle };

const summaryCharacters = 200;

/**
 * Starts `answerQuestion`.
 * @param options `tenant`: for whom, where tenants have fair shares; `sinceMs`: when this was tried before: a run of that id
 * and question that began later is the one that was started then
 * @throws RunExists when another run of that id exists
 */
export async function startRun(
  session: Session,
  input: QuestionInput,
  workflowId: string,
  { tenant = null, sinceMs = null }: { tenant?: string | null; sinceMs?: number | null } = {},
): Promise<StartedRun> {
  const question = cut(printableLine(input.question), summaryCharacters);
  const { repository: asked } = input;
  const repository = repositoryLabel(asked.kind === 'path' ? asked.path : asked.url);
  const options = {
    taskQueue: session.taskQueue,
    args: [input],
    workflowExecutionTimeout: backstop,
    workflowTaskTimeout,
    staticSummary: summaryText(input.question),
    memo: { question, pipeline: input.pipeline.name, repository, ...threadMemo(input) },
    ...(tenant === null ? {} : { priority: { fairnessKey: tenant } }),
  };
  const attributes = [
    keyword(attributeNames.pipeline, input.pipeline.name),
    keyword(attributeNames.repository, repository),
  ];
  const start = (typedSearchAttributes: SearchAttributePair[]) =>
    startOrExplain(session.client, workflowId, { ...options, typedSearchAttributes }, sinceMs);
  const started = await start(attributes).catch(async (error: unknown) => {
    if (!isRefusal(error)) throw error;
    // Most servers know the attributes, so that none is asked before.
    const known = await registeredAttributes(session.connection, session.namespace);
    if (attributes.every(({ key }) => known.has(key.name))) throw error;
    return start(attributes.filter(({ key }) => known.has(key.name)));
  });
  return { workflowId, ...started };
}

/** By which a list of turns shows their tree. */
function threadMemo({ thread }: QuestionInput): { turn?: number; parent?: string } {
  if (thread === undefined) return {};
  return { turn: thread.turn, ...(thread.parent === null ? {} : { parent: thread.parent }) };
}

type StartOptions = Omit<Parameters<Client['workflow']['start']>[1], 'workflowId'> & {
  taskQueue: string;
  memo: { question: string };
};

async function startOrExplain(
  client: Client,
  workflowId: string,
  options: StartOptions,
  sinceMs: number | null,
): Promise<Omit<StartedRun, 'workflowId'>> {
  try {
    const handle = await client.workflow.start(workflowTypes.answerQuestion, {
      ...options,
      workflowId,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    });
    return { runId: handle.firstExecutionRunId, handle };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const handle = client.workflow.getHandle(workflowId);
    const { runId, startTime, memo } = await handle.describe();
    const isOurs = sinceMs !== null && startTime.getTime() >= sinceMs && memo?.question === options.memo.question;
    if (isOurs) return { runId, handle };
    throw new RunExists(workflowId);
  }
}

/** gRPC codes of a server that does not tell: PERMISSION_DENIED and UNIMPLEMENTED (Temporal Cloud). */
const untold: readonly (number | undefined)[] = [7, 12];

/** An attribute that the server does not know would make the start fail. */
export async function registeredAttributes({ operatorService }: Connection, namespace: string): Promise<Set<string>> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return new Set(Object.keys(customAttributes ?? {}));
  } catch (error) {
    if (isGrpcServiceError(error) && untold.includes(error.code)) return new Set();
    throw error;
  }
}

/** INVALID_ARGUMENT: what a server says of an attribute that it does not know, among others. */
function isRefusal(error: unknown): boolean {
  const { cause } = error instanceof Error ? error : {};
  return isGrpcServiceError(cause) && cause.code === 3;
}

function keyword(name: keyof typeof searchAttributes, value: string): SearchAttributePair {
  return { key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value };
}

/** The last part of a path or URL: what a person calls it, and what lists of runs name. */
export function repositoryLabel(place: string): string {
  const parts = place.replace(/(?<![/\\])[/\\]+$/, '').split(/[/\\:]/);
  return cut(printableLine(parts.at(-1) ?? place), 100);
}

// Names runs so that their ids sort by time and never meet.

/** `ask-` or another prefix, the time in base 36 (milliseconds, nine digits until the year 5188), and 50 random bits. */
export function newRunId(prefix = 'ask', now = Date.now()): string {
  const random = randomBytes(8).readBigUInt64BE() >> 14n;
  return `${prefix}-${now.toString(36).padStart(9, '0')}-${random.toString(36).padStart(10, '0')}`;
}
