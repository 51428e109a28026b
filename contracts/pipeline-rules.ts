/** What a schema of single fields cannot say of a pipeline; free of schemas, since workflow code needs the rules. */

/** A model call is six events of a run's history, its tools among them as a rule; see workflows/answer-question/limits/run-size.ts. */
export const mostModelCalls = 600;

/** Of the whole pipeline as JSON: a run's input is one payload, which a server takes up to 2 MiB. */
export const mostPipelineCharacters = 400_000;

type Names = { specialists: readonly { name: string }[]; router: { fallback: string } | null };

export type PipelineMistake = { message: string; path: (string | number)[] };

type Mistakes = PipelineMistake[];

/** @returns each mistake with its place in the pipeline's JSON; empty for a pipeline that can run */
export function pipelineMistakes(pipeline: Names): PipelineMistake[] {
  return [...sizeMistakes(pipeline), ...nameMistakes(pipeline)];
}

function sizeMistakes(pipeline: Names): Mistakes {
  const characters = JSON.stringify(pipeline).length;
  if (characters <= mostPipelineCharacters) return [];
  return [{ message: `the pipeline is ${characters} characters of JSON, at most ${mostPipelineCharacters}`, path: [] }];
}

function nameMistakes({ specialists, router }: Names): Mistakes {
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
