/** What a schema of single fields cannot say of a pipeline; free of schemas, since workflow code needs the rules. */

type Names = { specialists: readonly { name: string }[]; router: { fallback: string } | null };

export type PipelineMistake = { message: string; path: (string | number)[] };

/** @returns each mistake with its place in the pipeline's JSON; empty for a pipeline that can run */
export function pipelineMistakes({ specialists, router }: Names): PipelineMistake[] {
  const names = specialists.map(({ name }) => name);
  const twice = names.flatMap((name, at) =>
    names.indexOf(name) === at
      ? []
      : [{ message: `two specialists are named "${name}"`, path: ['specialists', at, 'name'] }],
  );
  if (router === null && names.length > 1)
    return [...twice, { message: 'several specialists need a router (or keep one specialist)', path: ['router'] }];
  if (router === null || names.includes(router.fallback)) return twice;
  const message = `the fallback "${router.fallback}" is none of the specialists (${names.join(', ')})`;
  return [...twice, { message, path: ['router', 'fallback'] }];
}
