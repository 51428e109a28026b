/** What a schema of single fields cannot say of a pipeline; free of schemas, since workflow code needs the rules. */

import { foreignNameOf, foreignToolsOf, isForeign, mostOfferedCharacters, offeredName } from './foreign/names.ts';

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

type Names = {
  specialists: readonly { name: string; tools?: readonly string[] }[];
  router: ({ fallback: string } & RouterKind) | null;
  foreignTools?: Readonly<Record<string, unknown>> | undefined;
};

export type PipelineMistake = { message: string; path: (string | number)[] };

type Mistakes = PipelineMistake[];

/** @returns each mistake with its place in the pipeline's JSON; empty for a pipeline that can run */
export function pipelineMistakes(pipeline: Names): PipelineMistake[] {
  return [
    ...sizeMistakes(pipeline),
    ...nameMistakes(pipeline),
    ...routerMistakes(pipeline),
    ...foreignMistakes(pipeline),
  ];
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

/** Names of foreign tools must be well written, and different to a model; what is said of a tool must be of one that is used. */
function foreignMistakes({ specialists, foreignTools = {} }: Names): Mistakes {
  const named = specialists.flatMap(({ tools = [] }, at) =>
    tools.flatMap((tool, index) => {
      const message = isForeign(tool) ? problemOfForeign(tool, tools.slice(0, index)) : null;
      return message === null ? [] : [{ message, path: ['specialists', at, 'tools', index] }];
    }),
  );
  const used = foreignToolsOf(specialists.map(({ tools = [] }) => ({ tools })));
  const unused = Object.keys(foreignTools).filter((name) => !used.includes(name));
  return [
    ...named,
    ...unused.map((name) => ({ message: 'no specialist has this tool', path: ['foreignTools', name] })),
  ];
}

function problemOfForeign(tool: string, before: readonly string[]): string | null {
  if (foreignNameOf(tool) === null)
    return `"${tool}" is no name of a foreign tool: write mcp:SERVER/TOOL, the server 1 to 20 of a-z, 0-9 and -`;
  const offered = offeredName(tool);
  if (offered.length > mostOfferedCharacters)
    return `"${tool}" is too long: models would call it "${offered}", and ${mostOfferedCharacters} characters are the most`;
  const same = before.find((other) => isForeign(other) && other !== tool && offeredName(other) === offered);
  return same === undefined ? null : `"${tool}" and "${same}" have one name for models: "${offered}"`;
}
