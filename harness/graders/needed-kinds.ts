/**
 * Which kind of text a question calls for, and which kind a tool searches. Kinds belong to tools: what a route calls for
 * is said by the dataset, or by the tools of its specialist, and never by the route's name.
 */
import type { DatasetQuestion, TextKind } from '../../contracts/dataset.ts';
import { type ToolName, toolKinds } from '../../contracts/names.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { LoggedToolCall, RunLogRecord } from '../../contracts/run-log.ts';

/** `any`: the tool reads whatever it is pointed at. Null: neither the log nor our table says what it searches. */
export type ToolKind = TextKind | 'any' | null;

export function toolKind({ tool, kind }: Pick<LoggedToolCall, 'tool' | 'kind'>): ToolKind {
  if (kind !== null && kind !== undefined) return kind;
  return Object.hasOwn(toolKinds, tool) ? toolKinds[tool as ToolName] : null;
}

/** For each route that the question needs, the kinds that serve it; null where nothing says it. */
export function neededKinds(question: DatasetQuestion): { route: string; kinds: readonly TextKind[] | null }[] {
  return rightRoutes(question).map((route) => ({ route, kinds: kindsOf(question, route) }));
}

function kindsOf({ kinds }: DatasetQuestion, route: string): readonly TextKind[] | null {
  return Object.hasOwn(kinds, route) ? (kinds[route] ?? null) : null;
}

/**
 * Fills in what the dataset does not say: a route calls for the kinds of text that its specialist's tools search in these
 * pipelines; for every kind where they read whatever they are pointed at.
 */
export function withRouteKinds(question: DatasetQuestion, pipelines: readonly PipelineSpec[]): DatasetQuestion {
  const found = rightRoutes(question)
    .filter((route) => kindsOf(question, route) === null)
    .flatMap((route): [string, TextKind[]][] => {
      const tools = pipelines.flatMap(({ specialists }) => specialists.find(({ name }) => name === route)?.tools ?? []);
      return tools.length === 0 ? [] : [[route, kindsOfTools(tools)]];
    });
  return found.length === 0 ? question : { ...question, kinds: { ...question.kinds, ...Object.fromEntries(found) } };
}

const everyKind: readonly TextKind[] = ['code', 'docs'];

function kindsOfTools(tools: readonly string[]): TextKind[] {
  const known = tools.map((tool) => toolKind({ tool }));
  const searched = everyKind.filter((kind) => known.includes(kind));
  return searched.length === 0 ? [...everyKind] : searched;
}

export function rightRoutes({ expected_route, other_routes }: DatasetQuestion): string[] {
  return [...new Set([expected_route, ...other_routes])];
}

/** Null where the tool's kind, or that of the question, is unknown. */
export function fits(kind: ToolKind, question: DatasetQuestion): boolean | null {
  if (kind === null || kind === 'any') return kind === null ? null : true;
  const needed = neededKinds(question);
  if (needed.some(({ kinds }) => kinds?.includes(kind))) return true;
  return needed.some(({ kinds }) => kinds === null) ? null : false;
}

/** Whether somebody chose a route: a lone specialist has one without a choice. */
export function wasRouted({ route, routing, routes_run }: RunLogRecord): boolean {
  if (routing !== null) return routing.source !== 'only-route';
  return route !== null || (routes_run ?? []).length > 0;
}

/** The routes whose specialists ran; the chosen one where the log does not say; null where it says neither. */
export function routesRun({ route, routes_run }: RunLogRecord): string[] | null {
  if (routes_run === null) return route === null ? null : [route];
  return [...new Set(routes_run.length > 0 ? routes_run : route === null ? [] : [route])];
}
