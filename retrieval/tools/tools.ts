/** The tools that specialists may use: one table, from which models, checks and threads all read. */
import { z } from 'zod';
import type { ToolDefinition } from '../../contracts/chat.ts';
import { type ToolName, toolNames } from '../../contracts/names.ts';
import { argumentCharacters, type ToolRequest } from '../../contracts/tools.ts';
import { grep } from './grep-tool.ts';
import { noOwnTools, type OwnTools, withinBounds } from './own-tools.ts';
import { ToolMisuse } from './path-filter.ts';
import { gitLog, listFiles, readLines } from './reading-tools.ts';
import { repositoryMapTool } from './repository-map.ts';
import { findReferences } from './reference-tool.ts';
import { searchCode, searchDocs } from './search-tools.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import { findSymbol } from './symbol-tool.ts';
import { parseArguments, type SearchAids, type Tool } from './tool-table.ts';
import { type ToolRun, toolError } from './rendering.ts';

export const tools: Readonly<Record<ToolName, Tool>> = {
  search_code: searchCode,
  search_docs: searchDocs,
  read_lines: readLines,
  find_symbol: findSymbol,
  find_references: findReferences,
  grep,
  list_files: listFiles,
  git_log: gitLog,
  repository_map: repositoryMapTool,
};

export function isToolName(name: string): name is ToolName {
  return (toolNames as readonly string[]).includes(name);
}

function toolNamed(name: string, own: OwnTools): Tool | null {
  if (isToolName(name)) return tools[name];
  return Object.hasOwn(own, name) ? (own[name] ?? null) : null;
}

/** Definitions for a model, in the order of `names`; names that are no tool are left out. */
export function toolDefinitions(names: readonly string[], own: OwnTools = noOwnTools): ToolDefinition[] {
  return [...new Set(names)].flatMap((name) => {
    const tool = toolNamed(name, own);
    return tool === null ? [] : [definitionOf(name, tool)];
  });
}

/** Each turn of a conversation sends them, and a tool never changes. */
const definitions = new WeakMap<Tool, ToolDefinition>();

function definitionOf(name: string, tool: Tool): ToolDefinition {
  const known = definitions.get(tool);
  if (known?.name === name) return known;
  const { $schema: _, ...schema } = z.toJSONSchema(tool.parameters);
  const parameters = isToolName(name) ? withoutBounds(schema) : schema;
  const definition = { name, description: tool.description, parameters };
  definitions.set(tool, definition);
  return definition;
}

const bounds = ['minLength', 'maxLength', 'minimum', 'maximum'];

/** They are sent again at each turn, and whoever exceeds one is told: descriptions name those that a call may meet. */
function withoutBounds({ properties = {}, ...schema }: z.core.JSONSchema.JSONSchema): Record<string, unknown> {
  const kept = Object.entries(properties).map(([name, property]) => {
    const fields = Object.entries(property).filter(([field]) => !bounds.includes(field));
    return [name, Object.fromEntries(fields)];
  });
  return { ...schema, properties: Object.fromEntries(kept) };
}

/** Runs one call as the model wrote it. What the model did wrong comes back as a result that tells it what to do. */
export function runTool(
  view: SnapshotView,
  request: ToolRequest,
  allowed: readonly string[],
  aids: SearchAids,
  own: OwnTools = noOwnTools,
): ToolRun {
  const offered = allowed.filter((name) => toolNamed(name, own) !== null);
  const { tool } = request;
  const chosen = offered.includes(tool) ? toolNamed(tool, own) : null;
  if (chosen === null) {
    const choice = offered.length > 0 ? `use one of: ${offered.join(', ')}` : 'answer without tools';
    return toolError(`there is no tool "${tool.slice(0, 100)}" here; ${choice}`);
  }
  const given = parseArguments(request.argumentsText);
  if (given === null) {
    const isCut = request.argumentsText.length >= argumentCharacters;
    const what = isCut ? `longer than ${argumentCharacters} characters: shorten them` : 'not a JSON object';
    return toolError(`the arguments of ${tool} are ${what}; ${usage(chosen)}`);
  }
  const parsed = chosen.parameters.safeParse(given);
  if (!parsed.success)
    return toolError(`${tool} cannot take these arguments: ${problems(parsed.error)}; ${usage(chosen)}`);
  try {
    const run = chosen.run(view, parsed.data, aids);
    return isToolName(tool) ? run : withinBounds(view, tool, run);
  } catch (error) {
    if (error instanceof ToolMisuse) return toolError(error.message);
    if (isToolName(tool)) throw error;
    // A tool is a function of snapshot and arguments: another attempt would fail alike, and the model can do without.
    return toolError(`${tool} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function problems(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'object'}: ${issue.message}`)
    .join('; ');
}

function usage(tool: Tool): string {
  const { properties = {}, required = [] } = z.toJSONSchema(tool.parameters);
  const parameters = Object.keys(properties).map((name) => (required.includes(name) ? name : `${name}?`));
  return `give a JSON object with {${parameters.join(', ')}}`;
}
