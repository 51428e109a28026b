/** One question of a benchmark, one variant, one trial: asked once under an id of its own, recorded once. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowFailure,
  type ChildWorkflowOptions,
  condition,
  isCancellation,
  log,
  startChild,
} from '@temporalio/workflow';
import type { BenchmarkTrial, RecordAnswerInput, RecordedAnswer } from '../../contracts/benchmark.ts';
import {
  backstop,
  benchmarkPriority,
  datasetItemIdOf,
  experimentNameOf,
  workflowTaskTimeout,
  workflowTypes,
  trialIdOf,
} from '../../contracts/names.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { QuestionInput } from '../../contracts/run.ts';
import type { answerQuestion } from '../answer-question/workflow.ts';
import { summaryText } from '../../lib/printable.ts';
import { recordAnswer, scoreAnswer } from './calls.ts';
import type { BenchmarkRun } from './state.ts';
import { resumeRunSignal } from '../answer-question/outages.ts';
import { searchAttributePairs } from '../answer-question/visibility.ts';

type Recorded = Extract<RecordedAnswer, { kind: 'recorded' }>;

/** @throws the cancellation: nothing is recorded then, so that the question can be asked again */
export async function askTrial(run: BenchmarkRun, trial: BenchmarkTrial): Promise<void> {
  const workflowId = trialIdOf(run.id, trial.arm, trial.questionId, trial.trial);
  for (let policy: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE' = 'REJECT_DUPLICATE'; ; policy = 'ALLOW_DUPLICATE') {
    const runId = await answered(run, trial, { workflowId, workflowIdReusePolicy: policy });
    const { arm, questionId } = trial;
    const answer = await recordedInTheEnd(run, { id: run.id, arm, questionId, trial: trial.trial, workflowId, runId });
    if (answer === null) return;
    if (answer.kind === 'cancelled-before') continue;
    run.count(trial, answer);
    void score(run, trial, answer);
    return;
  }
}

/** @returns the id of the run, which is over; null: an earlier try of the benchmark has started it */
async function answered(
  run: BenchmarkRun,
  trial: BenchmarkTrial,
  options: Pick<ChildWorkflowOptions, 'workflowId' | 'workflowIdReusePolicy'>,
): Promise<string | null> {
  try {
    const child = await startChild<typeof answerQuestion>(workflowTypes.answerQuestion, {
      ...options,
      args: [questionOf(run, trial)],
      // Whatever ends this workflow, what is paid for is finished; the next try finds it.
      parentClosePolicy: 'ABANDON',
      workflowExecutionTimeout: backstop,
      workflowTaskTimeout,
      priority: benchmarkPriority(run.id),
      staticSummary: summaryText(trial.question),
      memo: { question: trial.question.slice(0, 200), pipeline: run.variant(trial).pipeline.name },
      typedSearchAttributes: attributesOf(run, trial),
    });
    let over = false;
    const end = child.result().finally(() => {
      over = true;
    });
    end.catch(() => {}); // awaited below, after what may throw
    for (let resumes = run.resumes; ; resumes = run.resumes) {
      // A cancelled child is waited for, so that it hears of it before this workflow ends.
      await CancellationScope.nonCancellable(() => condition(() => over || run.resumes > resumes));
      if (over) break;
      // Whoever resumes a benchmark has fixed what its runs may be waiting for.
      await child.signal(resumeRunSignal).catch(() => {});
    }
    await end;
    return child.firstExecutionRunId;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    if (!(error instanceof ChildWorkflowFailure) || isCancellation(error)) throw error;
    return error.execution.runId ?? null;
  }
}

function questionOf(run: BenchmarkRun, { arm, questionId, question, repository, trial, forkOf }: BenchmarkTrial) {
  const { forcedRoute = null, ...variant } = run.variant({ arm });
  // A benchmark never waits for people.
  const { decisions: _, ...asksNobody } = variant.pipeline;
  const pipeline = refusingEffects(asksNobody);
  const name = experimentNameOf(run.id, arm, trial);
  const itemId = datasetItemIdOf(run.dataset, questionId);
  const input: QuestionInput = {
    question,
    repository,
    pipeline,
    forcedRoute,
    limits: run.input.limits,
    session: run.id,
    activityQueue: run.input.activityQueue,
    ...sharingOf(run, { arm, questionId, trial }),
    ...(forkOf === undefined ? {} : { forkOf }),
    ...(run.datasetId === null ? {} : { experiment: { id: name, name, datasetId: run.datasetId, itemId } }),
  };
  return input;
}

/** Nor does one have effects, whatever the servers of its foreign tools allow. */
function refusingEffects(pipeline: PipelineSpec): PipelineSpec {
  if (pipeline.foreignTools === undefined) return pipeline;
  return { ...pipeline, decisions: { tool: { policy: 'off', waitSeconds: 1 } } };
}

function sharingOf(
  { id, input: { replies } }: BenchmarkRun,
  { arm, questionId, trial }: Pick<BenchmarkTrial, 'arm' | 'questionId' | 'trial'>,
): Pick<QuestionInput, 'sharing'> {
  if (replies === undefined) return {};
  return { sharing: { benchmark: id, trial, lane: `${arm}/${questionId}`.slice(0, 400), fresh: replies === 'fresh' } };
}

function attributesOf(run: BenchmarkRun, trial: BenchmarkTrial) {
  const values = { benchmark: run.id, pipeline: run.variant(trial).pipeline.name };
  return searchAttributePairs(values, run.input.searchAttributes);
}

/**
 * An answer that cannot be recorded (a full disk) holds the benchmark up: it must not buy more of them.
 * @returns null where nobody came: the next try of the benchmark finds the run, and records it
 */
async function recordedInTheEnd(run: BenchmarkRun, input: RecordAnswerInput): Promise<RecordedAnswer | null> {
  for (;;) {
    try {
      return await recordAnswer.executeWithOptions({ summary: `record ${input.workflowId}`.slice(0, 200) }, [input]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      run.pause(`an answer cannot be recorded: ${String(cause).slice(0, 300)}`);
      await condition(() => !run.paused || run.abandoned);
      if (run.abandoned) {
        run.hasUnrecorded = true;
        return null;
      }
    }
  }
}

/** Scores never hold a benchmark up, and never fail it. */
async function score(run: BenchmarkRun, trial: BenchmarkTrial, { runId, right, label }: Recorded): Promise<void> {
  if (run.datasetId === null || runId === null) return;
  run.scoring += 1;
  try {
    const runName = experimentNameOf(run.id, trial.arm, trial.trial);
    const itemId = datasetItemIdOf(run.dataset, trial.questionId);
    await scoreAnswer({ runId, right, label, runName, itemId });
  } catch (error) {
    log.warn('an answer has no scores', { error: String(error) });
  } finally {
    run.scoring -= 1;
  }
}
