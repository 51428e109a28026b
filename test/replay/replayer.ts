/**
 * Replays histories, one after the other, with one worker, and notes what the code sends and shows meanwhile. Temporal
 * checks the order of the commands; what they say is for the caller to compare.
 */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { type CompiledWorkerOptions, Worker } from '@temporalio/worker';
import type { Logger } from '@temporalio/common';
import type { Workflow, WorkflowCreateOptions, WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';
import type { WorkflowBundleWithSourceMapAndFilename as Bundle } from '@temporalio/worker/lib/workflow/workflow-worker-thread/input.js';
import { queries } from '../../contracts/names.ts';
import { OneReplayWorker } from '../support/one-replay-worker.ts';
import { type Command, inOneOrder, type Sent, sentBy } from './sent.ts';

type Activation = Parameters<Workflow['activate']>[0];
type SinkCall = Awaited<ReturnType<Workflow['getAndResetSinkCalls']>>[number];

export type Replayed = {
  /** All commands, in order. */
  sent: Sent[];
  /** What people see: each change of the details in the Web UI, and logs. */
  shown: string[];
  /** What the workflow's query answers at the end; undefined where it has none. */
  answer: unknown;
  /** What Temporal itself finds wrong; null when the code fits the history. */
  error: Error | null;
};

/** The replay that is under way: the worker makes its workflows without saying for which. */
let current: { queue: string; noted: Replayed } | null = null;

class NotingWorker extends Worker {
  protected static override async createWorkflowCreator(
    ...args: [Bundle, CompiledWorkerOptions, Logger]
  ): Promise<WorkflowCreator> {
    const creator = await Worker.createWorkflowCreator(...args);
    return {
      createWorkflow: async (about) => {
        if (current === null) throw new Error('a workflow begins, and nothing is replayed');
        return noting(await creator.createWorkflow(onQueue(about, current.queue)), current.noted);
      },
      destroy: () => creator.destroy(),
    };
  }
}

/** A replay worker has a queue of its own; the workflow is told the one that it ran on. */
function onQueue(options: WorkflowCreateOptions, taskQueue: string): WorkflowCreateOptions {
  return { ...options, info: { ...options.info, taskQueue } };
}

/** The workflow, asked after each step what it shows. */
function noting(workflow: Workflow, noted: Replayed): Workflow {
  const ask = async (activation: Activation, queryType: string): Promise<unknown> => {
    const queryWorkflow = { queryId: queryType, queryType, arguments: [], headers: {} };
    // The field that protobuf would derive.
    const job = { queryWorkflow, variant: 'queryWorkflow' as const };
    const { successful } = await workflow.activate({ ...activation, jobs: [job] });
    const { data } = successful?.commands?.[0]?.respondToQuery?.succeeded?.response ?? {};
    return data ? JSON.parse(Buffer.from(data).toString('utf8')) : undefined;
  };
  let details = '';
  return {
    async activate(activation) {
      const completion = await workflow.activate(activation);
      if (!completion.successful) return completion;
      // Copied, since arrays of the sandbox are never deeply equal to ours.
      noted.sent.push(
        ...structuredClone(sentBy(completion.successful.commands ?? [], Number(activation.historyLength))),
      );
      const metadata = (await ask(activation, '__temporal_workflow_metadata')) as { currentDetails?: string };
      if (metadata?.currentDetails && metadata.currentDetails !== details) noted.shown.push(metadata.currentDetails);
      details = metadata?.currentDetails ?? '';
      if (!hasEnded(completion.successful.commands ?? [])) return completion;
      for (const name of Object.values(queries)) noted.answer ??= await ask(activation, name);
      return completion;
    },
    async getAndResetSinkCalls() {
      const calls = await workflow.getAndResetSinkCalls();
      noted.shown.push(...calls.flatMap(shownBy));
      return calls;
    },
    dispose: () => workflow.dispose(),
  };
}

function hasEnded(commands: readonly Command[]): boolean {
  return commands.some((each) => each.completeWorkflowExecution ?? each.failWorkflowExecution);
}

/** What the workflow itself logs; the SDK logs its beginning and its end. Metrics are left out of replays by the SDK. */
function shownBy({ ifaceName, fnName, args: [message, about] }: SinkCall): string[] {
  const isOwn = ifaceName === '__temporal_logger' && about?.sdkComponent === 'workflow';
  return isOwn ? [`${fnName}: ${message} ${JSON.stringify(about.error ?? null)}`] : [];
}

export class Replayer {
  readonly #worker: OneReplayWorker;

  constructor(workflowBundle: { codePath: string }) {
    this.#worker = new OneReplayWorker((histories) => NotingWorker.runReplayHistories({ workflowBundle }, histories));
  }

  /** One at a time. */
  async replay(history: History): Promise<Replayed> {
    const { workflowId, taskQueue } = history.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
    const noted: Replayed = { sent: [], shown: [], answer: undefined, error: null };
    current = { queue: taskQueue?.name ?? '', noted };
    const error = await this.#worker.replay(history, workflowId ?? '');
    return { ...noted, sent: inOneOrder(noted.sent), error };
  }

  close(): Promise<void> {
    return this.#worker.close();
  }
}
