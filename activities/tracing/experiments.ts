/** Makes the dataset of a benchmark known where its traces go, so that its runs can be compared there. */
import { Context } from '@temporalio/activity';
import { datasetItemIdOf, experimentOf, experimentTitleOf } from '../../contracts/names.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { Experiment, ExperimentAbout } from '../../contracts/trace.ts';
import { expectedOutputOf } from '../../harness/dataset-formats/langfuse-items.ts';
import { type BenchmarkFolder, type BenchmarkFolders, datasetNameOf } from '../benchmark/benchmark-folder.ts';
import { heartbeats } from '../context.ts';
import type { BenchmarkDependencies } from '../dependencies.ts';
import type { ScoreAnswerInput } from '../../contracts/benchmark.ts';
import { spanIdOf, traceIdOf } from '../../observability/trace-ids.ts';

/** @returns the dataset's id there; null where traces go to no place that compares experiments */
export const openExperiment =
  ({ folders, experiments }: Pick<BenchmarkDependencies, 'folders' | 'experiments'>) =>
  async ({ id }: { id: string }): Promise<string | null> => {
    if (experiments === null) return null;
    const folder = await folders.open(id);
    using _beats = heartbeats();
    return await experiments.putDataset(...datasetOf(folder), Context.current().cancellationSignal);
  };

/** The dataset's name there, and an item for each question that was chosen. */
export function datasetOf({ manifest, questions }: Pick<BenchmarkFolder, 'manifest' | 'questions'>) {
  const name = datasetNameOf(manifest);
  return [
    name,
    questions.map((question) => ({ id: datasetItemIdOf(name, question.id), ...shownOf(question) })),
  ] as const;
}

function shownOf(question: DatasetQuestion) {
  const { expected_route, kind, tags } = question;
  return {
    input: question.question,
    expectedOutput: expectedOutputOf(question),
    metadata: { expected_route, kind, tags },
  };
}

/**
 * What stands beside a trial where experiments are compared: ground truth never travels with the question, so it is read here.
 * @returns null where this machine does not hold the benchmark, or the question is none of it
 */
export async function aboutExperiment(
  folders: Pick<BenchmarkFolders, 'open'>,
  { id, itemId }: Experiment,
): Promise<ExperimentAbout | null> {
  const named = experimentOf(id);
  if (named === null) return null;
  const { benchmark, variant, trial } = named;
  const folder = await folders.open(benchmark).catch(() => null);
  if (folder === null) return null;
  const { manifest, questions } = folder;
  const names = [datasetNameOf(manifest), manifest.dataset];
  const question = questions.find((each) => names.some((name) => datasetItemIdOf(name, each.id) === itemId));
  if (question === undefined) return null;
  const baseline = manifest.variants[0]?.name === variant;
  const { dataset, offline, startedAt } = manifest;
  const { expectedOutput, metadata: itemMetadata } = shownOf(question);
  const specHash = manifest.variants.find(({ name }) => name === variant)?.specHash ?? null;
  return {
    description: `${variant}${baseline ? ' (the baseline)' : ''}, trial ${trial} of ${manifest.trials}, in benchmark ${benchmark} over ${manifest.questions} questions of ${dataset}${offline ? '; the offline model answered' : ''}`,
    metadata: { benchmark, variant, baseline, trial, dataset, specHash, offline, startedAt },
    expectedOutput,
    itemMetadata,
  };
}

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
    await experiments.link({
      runName: experimentTitleOf(runName),
      datasetItemId: itemId,
      traceId,
      observationId: rootId,
    });
  };
