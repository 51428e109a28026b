/** Tells an experiment's sink how a recorded answer was graded. */
import { Context } from '@temporalio/activity';
import type { ScoreAnswerInput } from '../../contracts/benchmark.ts';
import { spanIdOf, traceIdOf } from '../../observability/trace-ids.ts';
import type { BenchmarkDependencies } from '../benchmark/dependencies.ts';

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
