/** Puts together what the export of traces needs: a sink, the histories, and the renderer of what they refer to. */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { ChatToolCall } from '../contracts/chat.ts';
import { loadConversation, renderMessages } from '../activities/agents/conversation.ts';
import type { ActivityDependencies } from '../activities/dependencies.ts';
import type { Render, TraceExport } from '../activities/tracing/export-spans.ts';
import type { Config } from '../config/config.ts';
import { dataPaths } from '../config/data-paths.ts';
import type { ExportInput, TraceField } from '../contracts/trace.ts';
import { createFileSink, noSink, type TraceSink } from '../observability/trace-sink.ts';
import { createLangfuseSink } from '../observability/langfuse-sink.ts';
import { runUrl } from '../observability/run-link.ts';
import { redactorOf } from './redactor.ts';
import type { ServerAddress } from '../runtime/host/server-address.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../lib/errors.ts';

type Stores = Pick<ActivityDependencies, 'content' | 'retrieval'>;
export type TraceParts = { exportOver(stores: Stores): TraceExport; pending: PendingExports };

export function traceExportOf(config: Config, server: ServerAddress, client: Client): TraceParts {
  const { environment, release } = config.traces;
  const pending = createPendingExports((run) => exportIsOver(client, run));
  const exportOver = (stores: Stores): TraceExport => ({
    sink: sinkOf(config),
    redactor: redactorOf(config),
    environment,
    release,
    start: async (input) => {
      if (await startExport(client, config.taskQueue, input)) pending.add(input);
    },
    onSent: (input) => pending.delete(input),
    giveUp: pending.giveUp,
    readHistory: (input, signal) => readEnded(client, input, signal),
    renderer: () => rendererOver(stores),
    webUrlOf: ({ workflowId, runId }) => runUrl(server.webUrl, server.namespace, workflowId, runId),
  });
  return { exportOver, pending };
}

function exportIdOf({ workflowId, runId }: ExportInput): string {
  return `${workflowId}/trace/${runId}`;
}

/** True also where the server does not say: nothing is waited for then. */
async function exportIsOver(client: Client, run: ExportInput): Promise<boolean> {
  const description = await client.workflow
    .getHandle(exportIdOf(run))
    .describe()
    .catch(() => null);
  return description?.status.name !== 'RUNNING';
}

/** One export a run: its id is made of the run's, which a reset changes. @returns false where it was started before */
async function startExport(client: Client, taskQueue: string, input: ExportInput): Promise<boolean> {
  try {
    await client.workflow.start('exportTrace', {
      args: [input],
      taskQueue,
      workflowId: exportIdOf(input),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `sends the trace of ${input.workflowId}`,
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

function sinkOf({ traces: { sink, langfuse }, dataDirectory }: Config): TraceSink {
  if (sink === 'langfuse' && langfuse !== null) return createLangfuseSink(langfuse);
  return sink === 'none' ? noSink : createFileSink(dataPaths(dataDirectory).traces);
}

/** Waits until the run has ended. Null: its history is gone. */
async function readEnded(client: Client, { workflowId, runId }: ExportInput, signal: AbortSignal): Promise<unknown> {
  const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
  try {
    return await client.connection.withAbortSignal(signal, async () => {
      // How it ended is in the history.
      await handle.result().catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) throw error;
        signal.throwIfAborted();
      });
      return JSON.parse(historyToJSON(await handle.fetchHistory()));
    });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function rendererOver({ content, retrieval }: Stores): Render {
  const read = new Map<string, Promise<string>>();
  const get = (id: string) => {
    const text = read.get(id) ?? content.get(id);
    read.set(id, text);
    return text;
  };
  return (field) => renderField({ retrieval, content: { ...content, get } }, field);
}

/** The text that the model saw or gave; a note where this machine does not hold it. */
async function renderField(stores: Stores, field: TraceField): Promise<unknown> {
  try {
    if (field.kind === 'value') return field.value;
    if (field.kind === 'content') return await stores.content.get(field.id);
    const conversation = await loadConversation(stores, field.turn);
    if (field.part === 'reply') return conversation.messages.slice(-1).map(shown)[0] ?? null;
    const before = { ...conversation, messages: conversation.messages.slice(0, -1) };
    return (await renderMessages(stores, before, new AbortController().signal)).map(shown);
  } catch (error) {
    return `[not held by the machine that exported this: ${messageOf(error)}]`;
  }
}

/** Without what only the endpoint reads. */
function shown<Message extends { role: string }>(message: Message): unknown {
  const { giveBack: _, ...rest } = message as Message & { giveBack?: unknown; toolCalls?: ChatToolCall[] };
  if (rest.toolCalls === undefined) return rest;
  return { ...rest, toolCalls: rest.toolCalls.map(({ giveBack: __, ...call }) => call) };
}

// Counts the exports that this worker has started, so that a short-lived command can give them a moment before it ends.

type PendingExports = {
  add(run: ExportInput): void;
  delete(run: ExportInput): void;
  /** Aborted once exports in flight are to give up; Temporal has them tried again at the next start. */
  giveUp: AbortSignal;
  /** Resolves when none is pending, or when the time is over; whatever is in flight then gives up. */
  drain(limitMs: number): Promise<void>;
};

const lookEveryMs = 500;

/** @param isOver asks the server: another worker may have sent what this one has started */
export function createPendingExports(isOver: (run: ExportInput) => Promise<boolean>): PendingExports {
  const pending = new Map<string, ExportInput>();
  const giveUp = new AbortController();
  let onEmpty = () => {};
  const remove = ({ runId }: ExportInput) => {
    pending.delete(runId);
    if (pending.size === 0) onEmpty();
  };
  return {
    add: (run) => void pending.set(run.runId, run),
    delete: remove,
    giveUp: giveUp.signal,
    async drain(limitMs) {
      const done = new AbortController();
      onEmpty = () => done.abort();
      for (const endMs = Date.now() + limitMs; pending.size > 0 && Date.now() < endMs; ) {
        await sleep(Math.min(lookEveryMs, endMs - Date.now()), undefined, { signal: done.signal }).catch(() => {});
        for (const run of [...pending.values()]) if (await isOver(run)) remove(run);
      }
      giveUp.abort(new Error('the worker stops; the trace is sent at its next start'));
    },
  };
}
