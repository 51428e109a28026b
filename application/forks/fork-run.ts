/** Prepares a fork of a run that has ended: its input, and what it will pay. Starting it is starting a run. */
import { WorkflowFailedError } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import { modelQueues } from '../../config/model-limits.ts';
import { workflowTaskTimeout, workflowTypes } from '../../contracts/names.ts';
import { type ForkOf, KeptReplies, longestChain, type LookForRepliesInput } from '../../contracts/reuse.ts';
import { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { SnapshotRef } from '../../contracts/snapshot.ts';
import type { RunRef } from '../../contracts/trace.ts';
import type { RunHistory } from '../../observability/run-history.ts';
import { RunStillGoesOn } from '../errors.ts';
import { expectPrices } from '../pipelines/priced-models.ts';
import { callLimits } from '../questions/call-limits.ts';
import { forcedRoute, type VariantOptions, variantPipeline } from '../questions/question-input.ts';
import { checkedQuestion } from '../questions/question-text.ts';
import { findRun, isOpen } from '../runs/find-run.ts';
import { runOfServer } from '../runs/load-run.ts';
import { newRunId } from '../runs/start-run.ts';
import type { Session } from '../session/session.ts';
import { reasonOf } from '../session/temporal.ts';
import { callsToLookFor, type ForkPlan, planFork } from './fork-plan.ts';
import { stepNamed } from './fork-step.ts';
import { callsOfRun, type RunCall } from './run-calls.ts';

/** What a fork changes of the run before it. */
export type ForkOptions = VariantOptions & {
  /** The first step that is asked anew, see `stepNamed`. */
  from?: string;
  /** A shipped name or a file; the run's own unless given. */
  pipeline?: string;
  route?: string;
  question?: string;
};

/** A run that has ended, as a fork needs it. */
export type ForkedRun = { workflowId: string; runId: string; history: RunHistory; calls: RunCall[] };

/** A fork that is ready to be started, with what it will cost. */
export type PreparedFork = {
  input: QuestionInput;
  plan: ForkPlan;
  /** What a person must know before it starts. */
  remarks: string[];
};

/** @throws RunNotFound; RunStillGoesOn; RunBroken */
export async function forkedRun(session: Pick<Session, 'client'>, workflowId: string): Promise<ForkedRun> {
  const found = await findRun(session, workflowId);
  if (isOpen(found)) throw new RunStillGoesOn(workflowId);
  const { history } = await runOfServer(session, workflowId);
  const outcome = AnswerOutcome.safeParse(history.result);
  const calls = callsOfRun(history, outcome.success ? outcome.data : null);
  return { workflowId, runId: found.runId, history, calls };
}

/**
 * Checks everything that can be checked without a worker.
 * @returns the fork's input
 * @throws InvalidInput for the first mistake
 */
export async function forkInput(
  { workflowId, runId, history, calls }: ForkedRun,
  options: ForkOptions,
  settings: Config,
  tell: (text: string) => void = () => {},
): Promise<QuestionInput> {
  const before = QuestionInput.parse(history.input[0]);
  const from = options.from === undefined ? {} : { from: stepNamed(options.from, calls) };
  const { pipeline, ...managed } = await variantPipeline(options.pipeline ?? before, options, { settings, tell });
  const prices = await expectPrices([pipeline], settings.model);
  const route = forcedRoute(pipeline, options.route ?? before.forcedRoute ?? undefined);
  const store = storeOf(history);
  const chain = [...resetFrom({ workflowId, history }), ...(before.forkOf === undefined ? [] : chainOf(before.forkOf))];
  const forkOf: ForkOf = {
    ...{ workflowId, runId, ...from },
    ...(chain.length === 0 ? {} : { earlier: chain.slice(0, longestChain - 1) }),
    ...(store === null ? {} : { store }),
  };
  return QuestionInput.parse({
    question: options.question === undefined ? before.question : checkedQuestion(options.question),
    repository: pinned(before.repository, history),
    pipeline,
    forcedRoute: route,
    limits: callLimits(settings.model, prices, modelQueues(settings)),
    ...(before.session === undefined ? {} : { session: before.session }),
    ...managed,
    forkOf,
  });
}

/** The last one first; a run that `runs retry` has taken up has its first calls from them. */
function resetFrom({ workflowId, history }: Pick<ForkedRun, 'workflowId' | 'history'>): RunRef[] {
  const runs = (history.resetFrom ?? []).toReversed();
  return runs.slice(0, longestChain - 1).map((runId) => ({ workflowId, runId }));
}

const chainOf = ({ workflowId, runId, earlier = [] }: ForkOf) => [{ workflowId, runId }, ...earlier];

/** The commit that the run has read, whatever its branch is at now; what is no commit is read as it is now. */
function pinned(repository: QuestionInput['repository'], history: RunHistory): QuestionInput['repository'] {
  const id = snapshotOf(history)?.id ?? '';
  // A commit, and four digits that say how its files were read.
  return id.length === 40 || id.length === 44 ? { ...repository, ref: id.slice(0, 40) } : repository;
}

function snapshotOf({ activities }: RunHistory): SnapshotRef | null {
  for (const { input } of activities) {
    const found = SnapshotRef.safeParse((input[0] as { snapshot?: unknown } | null)?.snapshot);
    if (found.success) return found.data;
  }
  return null;
}

/** The store that the calls of the run were held to; null where no worker reached another one. */
function storeOf({ activities }: RunHistory): string | null {
  const stores = activities.flatMap(({ input }) =>
    input.map((argument) => (argument as { store?: unknown } | null)?.store),
  );
  const store = stores.find((each) => typeof each === 'string');
  return typeof store === 'string' ? store : null;
}

/** @param session with a worker, which tells what is kept */
export async function planOfFork(session: Session, run: ForkedRun, input: QuestionInput): Promise<PreparedFork> {
  const before = QuestionInput.parse(run.history.input[0]);
  const { forkOf } = input;
  if (forkOf === undefined) throw new Error('the input is of no fork');
  const { store: _, ...unbound } = forkOf;
  const { workflowId, runId, store } = forkOf;
  const calls = callsToLookFor(run.calls, input);
  const kept = await lookedFor(session, {
    ...{ runs: [{ workflowId, runId }, ...resetFrom(run)], calls },
    ...(store === undefined ? {} : { store }),
  });
  if (typeof kept === 'string') {
    const plan = planFork(run.calls, { before, now: input }, forkOf, {});
    const remark = `no worker tells which replies are kept, so that all may be paid: ${kept}`;
    return { input: { ...input, forkOf: unbound }, plan, remarks: [remark] };
  }
  const plan = planFork(run.calls, { before, now: input }, forkOf, kept);
  return { input, plan, remarks: remarksOf(plan, { before, now: input }) };
}

function remarksOf({ gone, unknown }: ForkPlan, { before, now }: { before: QuestionInput; now: QuestionInput }) {
  const moved = before.repository.ref === now.repository.ref && before.repository.kind === 'path';
  return [
    ...(gone > 0 ? [`${gone} ${gone === 1 ? 'reply is' : 'replies are'} not kept any more, and paid again`] : []),
    ...unknown.map((route) => `${route} has not worked in the run before: what it takes is not known`),
    ...(moved ? ['the run has read no commit: the folder is read as it is now'] : []),
  ];
}

/** @returns why it is not known, where no worker has told in time */
async function lookedFor({ client, taskQueue }: Session, input: LookForRepliesInput): Promise<KeptReplies | string> {
  try {
    const result = await client.workflow.execute(workflowTypes.lookForReplies, {
      workflowId: newRunId('fork-plan'),
      taskQueue,
      args: [input],
      workflowExecutionTimeout: '90s',
      workflowTaskTimeout,
    });
    return KeptReplies.parse(result);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return reasonOf(error);
  }
}
