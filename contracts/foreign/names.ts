/**
 * How tools of foreign MCP servers are named: `mcp:tracker/create_issue` in a pipeline and in whatever people read,
 * `mcp__tracker__create_issue` to models, whose endpoints take letters, digits, `_` and `-` alone. Free of schemas, since
 * workflow code needs it.
 */

/** A name of a server has no `_`, so that two tools are never offered under one name because of their servers. */
const pattern = /^mcp:([a-z][a-z0-9-]{0,19})\/([A-Za-z0-9][A-Za-z0-9_./-]{0,63})$/;

/** As endpoints bound the names of tools. */
export const mostOfferedCharacters = 64;

export type ForeignName = { server: string; tool: string };

/** Whether a name in a pipeline is meant as that of a foreign tool, well written or not. */
export const isForeign = (name: string): boolean => name.startsWith('mcp:');

/** Null for a name of another form. */
export function foreignNameOf(name: string): ForeignName | null {
  const [, server, tool] = pattern.exec(name) ?? [];
  return server === undefined || tool === undefined ? null : { server, tool };
}

/** As a model is offered it: `mcp__tracker__create_issue`. */
export function offeredName(name: string): string {
  const { server, tool } = foreignNameOf(name) ?? { server: '', tool: name };
  return `mcp__${server}__${tool.replace(/[^A-Za-z0-9_-]/g, '_')}`;
}

/** Whether a model was offered a tool of a foreign server under this name. */
export const isOfferedForeign = (offered: string): boolean => offered.startsWith('mcp__');

/** The tool among those of a specialist that a model has called by this name; null where it is no foreign one. */
export function foreignToolCalled(tools: readonly string[], called: string): string | null {
  if (!isOfferedForeign(called)) return null;
  return tools.find((name) => isForeign(name) && offeredName(name) === called) ?? null;
}

/** A tool as people read it, whatever a model has called it by. */
export const shownTool = (tools: readonly string[], called: string): string =>
  foreignToolCalled(tools, called) ?? called;

/** The foreign tools of all specialists, each once, in the order of the pipeline. */
export function foreignToolsOf(specialists: readonly { tools: readonly string[] }[]): string[] {
  return [...new Set(specialists.flatMap(({ tools }) => tools.filter(isForeign)))];
}
