/** Makes the dataset of a benchmark known where its traces go, so that its runs can be compared there. */
import { Context } from '@temporalio/activity';
import { datasetItemIdOf } from '../../contracts/names.ts';
import { heartbeats } from '../context.ts';
import type { BenchmarkDependencies } from '../dependencies.ts';
import type { ScoreAnswerInput } from '../../contracts/benchmark.ts';
import { spanIdOf, traceIdOf } from '../../observability/trace-ids.ts';

/** @returns the dataset's id there; null where traces go to no place that compares experiments */
export const openExperiment =
  ({ folders, experiments }: Pick<BenchmarkDependencies, 'folders' | 'experiments'>) =>
  async ({ id }: { id: string }): Promise<string | null> => {
    if (experiments === null) return null;
    const { manifest, questions } = await folders.open(id);
    using _beats = heartbeats();
    const items = questions.map((question) => ({
      id: datasetItemIdOf(manifest.dataset, question.id),
      input: question.question,
      expectedOutput: question.reference_answer,
      metadata: { expected_route: question.expected_route, kind: question.kind, tags: question.tags },
    }));
    return await experiments.putDataset(manifest.dataset, items, Context.current().cancellationSignal);
  };

// Tells an experiment's sink how a recorded answer was graded.

export const scoreAnswer =
  ({ experiments }: Pick<BenchmarkDependencies, 'experiments'>) =>
  async ({ runId, right, label, runName, itemId }: ScoreAnswerInput): Promise<void> => {
    if (experiments === null) return;
    const signal = Context.current().cancellationSignal;
    const traceId = traceIdOf(runId);
    const rootId = spanIdOf(traceId, 'root');
    const score = (name: string, value: number | string) =>
      experiments.score({ name, value, comment: null, traceId, rootId }, signal);
    if (right !== null) await score('correct', right ? 1 : 0);
    await score('label', label);
    // Only servers before Langfuse 4 need it: last, so that a refusal costs no score.
    await experiments.link({ runName, datasetItemId: itemId, traceId, observationId: rootId });
  };
