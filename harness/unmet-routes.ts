/** Which expected routes of a dataset a pipeline cannot take: its routing is then measured against labels that it cannot meet. */
import type { PipelineSpec } from '../contracts/pipeline.ts';

export type UnmetRoutes = {
  pipeline: string;
  /** Expected routes that no specialist of the pipeline has as its name. */
  routes: string[];
  /** Questions that expect one of them, of all. */
  questions: number;
  of: number;
  /** None of the expected routes is there. */
  none: boolean;
};

/**
 * @param expected the expected route of each question
 * @returns null where every route is there, and of a pipeline without a router, which takes none
 */
export function unmetRoutes(
  { name, router, specialists }: PipelineSpec,
  expected: readonly string[],
): UnmetRoutes | null {
  if (router === null) return null;
  const there = new Set(specialists.map((specialist) => specialist.name));
  const unmet = expected.filter((route) => !there.has(route));
  if (unmet.length === 0) return null;
  const none = unmet.length === expected.length;
  return { pipeline: name, routes: [...new Set(unmet)].sort(), questions: unmet.length, of: expected.length, none };
}

/** Routes of a pipeline that no question expects, as one sentence; null where each is expected, or none can be taken. */
export function unexpectedRoutesText(
  { name, router, specialists }: PipelineSpec,
  expected: readonly string[],
): string | null {
  const asked = new Set(expected);
  const names = specialists.map((specialist) => specialist.name).filter((route) => !asked.has(route));
  if (router === null || names.length === 0 || asked.size === 0) return null;
  const many = names.length === 1 ? 'the route' : 'the routes';
  return `no question expects ${many} ${names.join(', ')} of pipeline "${name}": what goes there counts as wrongly routed`;
}

/** @returns one sentence with at most 10 names */
export function unmetRoutesText({ pipeline, routes, questions, of }: UnmetRoutes): string {
  const names = `${routes.slice(0, 10).join(', ')}${routes.length > 10 ? ` and ${routes.length - 10} more` : ''}`;
  const many = routes.length === 1 ? 'the expected route' : 'the expected routes';
  return `pipeline "${pipeline}" has no specialist for ${many} ${names} (${questions} of ${of} questions): its routing counts as wrong there`;
}
