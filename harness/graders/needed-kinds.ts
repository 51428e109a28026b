/** Which kind of retrieval a route calls for, and which kind a tool is. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { ToolName } from '../../contracts/names.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';

export type RetrievalKind = 'code' | 'docs';

/** `any`: the tool reads whatever it is pointed at. */
const kindOfTool: Readonly<Record<ToolName, RetrievalKind | 'any'>> = {
  search_code: 'code',
  find_symbol: 'code',
  find_references: 'code',
  search_docs: 'docs',
  read_lines: 'any',
  grep: 'any',
  list_files: 'any',
  git_log: 'any',
  repository_map: 'any',
};

/** A route that is not here, or has both, is served by either. */
const kindsOfRoute: Readonly<Record<string, readonly RetrievalKind[]>> = {
  code: ['code'],
  docs: ['docs'],
  debug: ['code', 'docs'],
  general: ['code', 'docs'],
};
const either: readonly RetrievalKind[] = ['code', 'docs'];

/** A tool that we do not know may be of any kind. */
export function toolKind(tool: string): RetrievalKind | 'any' {
  return Object.hasOwn(kindOfTool, tool) ? kindOfTool[tool as ToolName] : 'any';
}

/** For each route that the question needs, the kinds that serve it. */
export function neededKinds(question: DatasetQuestion): { route: string; kinds: readonly RetrievalKind[] }[] {
  return rightRoutes(question).map((route) => ({
    route,
    kinds: Object.hasOwn(kindsOfRoute, route) ? (kindsOfRoute[route] ?? either) : either,
  }));
}

export function rightRoutes({ expected_route, other_routes }: DatasetQuestion): string[] {
  return [...new Set([expected_route, ...other_routes])];
}

export function fits(kind: RetrievalKind | 'any', question: DatasetQuestion): boolean {
  return kind === 'any' || neededKinds(question).some(({ kinds }) => kinds.includes(kind));
}

/** Whether somebody chose a route: a lone specialist has one without a choice. */
export function wasRouted({ route, routing, routes_run }: RunLogRecord): boolean {
  if (routing !== null) return routing.source !== 'only-route';
  return route !== null || (routes_run ?? []).length > 0;
}

/** The routes whose specialists ran; the chosen one where the log does not say. */
export function routesRun({ route, routes_run }: RunLogRecord): string[] {
  const run = routes_run ?? [];
  return [...new Set(run.length > 0 ? run : route === null ? [] : [route])];
}
