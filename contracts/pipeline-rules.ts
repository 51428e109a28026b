/** What a schema of single fields cannot say of a pipeline; free of schemas, since workflow code needs the rules. */

/** A model call is six events of a run's history, its tools among them as a rule; see workflows/answer-question/limits/run-size.ts. */
export const mostModelCalls = 600;

/** Of the whole pipeline as JSON: a run's input is one payload, which a server takes up to 2 MiB. */
export const mostPipelineCharacters = 400_000;

/** A router as far as the rules read it. */
export type RouterKind = {
  kind?: string | undefined;
  fitted?: { routes: readonly string[]; blocks: readonly { kind: string }[] } | undefined;
  risk?: number | undefined;
  repositoryFeatures?: boolean | undefined;
};

type Names = { specialists: readonly { name: string }[]; router: ({ fallback: string } & RouterKind) | null };

export type PipelineMistake = { message: string; path: (string | number)[] };

type Mistakes = PipelineMistake[];

/** @returns each mistake with its place in the pipeline's JSON; empty for a pipeline that can run */
export function pipelineMistakes(pipeline: Names): PipelineMistake[] {
  return [...sizeMistakes(pipeline), ...nameMistakes(pipeline), ...routerMistakes(pipeline)];
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

/** Whether a router asks the fitted one that it carries. */
export function isFitted({ kind }: RouterKind): boolean {
  return kind === 'fitted' || kind === 'cascade';
}

/** Whether a router reads what the repository says of the question, and so waits for its index. */
export function readsRepository(router: RouterKind | null): boolean {
  if (router === null) return false;
  const hasLearned = isFitted(router) && router.fitted?.blocks.some(({ kind }) => kind === 'repository') === true;
  return router.repositoryFeatures ?? hasLearned;
}

function routerMistakes({ specialists, router }: Names): Mistakes {
  if (router === null) return [];
  const { kind, fitted, risk } = router;
  const mistake = (field: string, message: string) => [{ message, path: ['router', field] }];
  if (!isFitted(router)) {
    if (fitted !== undefined) return mistake('fitted', 'is read by a router of the kind "fitted" or "cascade" alone');
    return risk === undefined ? [] : mistake('risk', 'is for a router of the kind "cascade"');
  }
  if (fitted === undefined)
    return mistake('fittedFile', `must name the file of a fitted router, of the kind "${kind}"`);
  const names = specialists.map(({ name }) => name);
  const unknown = fitted.routes.filter((route) => !names.includes(route));
  if (unknown.length > 0)
    return mistake('fitted', `knows "${unknown.join('", "')}", of which there is no specialist (${names.join(', ')})`);
  return kind === 'fitted' && risk !== undefined ? mistake('risk', 'is for a router of the kind "cascade"') : [];
}
