/** Says before anything is paid which expected routes a pipeline does not have, and refuses one that has none of them. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { unexpectedRoutesText, unmetRoutes, unmetRoutesText } from '../../harness/unmet-routes.ts';
import { UsageError } from '../../lib/errors.ts';

type Expecting = Pick<DatasetQuestion, 'expected_route'>;

/**
 * One sentence for each pipeline with a router that lacks some of the routes.
 * @param known routes that the whole dataset expects: one that a pipeline has besides is told, too
 * @throws UsageError for one that lacks all of them: what its router does cannot be measured
 */
export function unmetRouteRemarks(
  pipelines: readonly PipelineSpec[],
  questions: readonly Expecting[],
  known: readonly string[] = [],
): string[] {
  const expected = questions.map(({ expected_route }) => expected_route);
  return pipelines.flatMap((pipeline) => {
    const unmet = unmetRoutes(pipeline, expected);
    const unexpected = unexpectedRoutesText(pipeline, known);
    const more = unexpected === null ? [] : [unexpected];
    if (unmet === null) return more;
    const text = unmetRoutesText(unmet);
    if (!unmet.none) return [text, ...more];
    const names = pipeline.specialists.map(({ name }) => name).join(', ');
    throw new UsageError(
      `${text}. It has ${names}, none of which the questions expect: name its specialists as they do`,
    );
  });
}
