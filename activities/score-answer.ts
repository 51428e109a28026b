/** Tells an experiment's sink how a recorded answer was graded. */
import { Context } from '@temporalio/activity';
import type { ScoreAnswerInput } from '../contracts/benchmark-run.ts';
import { spanIdOf, traceIdOf } from '../observability/trace-ids.ts';
import type { BenchmarkNeeds } from './benchmark-needs.ts';

export const scoreAnswer =
  ({ experiments }: Pick<BenchmarkNeeds, 'experiments'>) =>
  async ({ runId, right, label, runName, itemId }: ScoreAnswerInput): Promise<void> => {
    if (experiments === null) return;
    const signal = Context.current().cancellationSignal;
    const traceId = traceIdOf(runId);
    const rootId = spanIdOf(traceId, 'root');
    await experiments.link({ runName, datasetItemId: itemId, traceId, observationId: rootId });
    const value = right === true ? 1 : 0;
    if (right !== null) await experiments.score({ name: 'correct', value, comment: label, traceId, rootId }, signal);
  };
