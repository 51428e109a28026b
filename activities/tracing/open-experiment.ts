/** Makes the dataset of a benchmark known where its traces go, so that its runs can be compared there. */
import { Context } from '@temporalio/activity';
import { datasetItemIdOf } from '../../contracts/names.ts';
import { heartbeats } from '../context.ts';
import type { BenchmarkDependencies } from '../benchmark/dependencies.ts';

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
