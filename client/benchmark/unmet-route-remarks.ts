/** Says before anything is paid which expected routes a pipeline does not have, and refuses one that has none of them. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { unmetRoutes, unmetRoutesText } from '../../harness/unmet-routes.ts';
import { UsageError } from '../../lib/errors.ts';

type Expecting = Pick<DatasetQuestion, 'expected_route'>;

/**
 * One sentence for each pipeline with a router that lacks some of the routes.
 * @throws UsageError for one that lacks all of them: what its router does cannot be measured
 */
export function unmetRouteRemarks(pipelines: readonly PipelineSpec[], questions: readonly Expecting[]): string[] {
  const expected = questions.map(({ expected_route }) => expected_route);
  return pipelines.flatMap((pipeline) => {
    const unmet = unmetRoutes(pipeline, expected);
    if (unmet === null) return [];
    const text = unmetRoutesText(unmet);
    if (!unmet.none) return [text];
    const names = pipeline.specialists.map(({ name }) => name).join(', ');
    throw new UsageError(
      `${text}. It has ${names}, none of which the questions expect: name its specialists as they do`,
    );
  });
}
