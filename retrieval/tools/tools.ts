/** The tools that specialists may use: one table, from which models, checks and threads all read. */
import { z } from 'zod';
import type { ToolDefinition } from '../../contracts/chat.ts';
import { type ToolName, toolNames } from '../../contracts/names.ts';
import type { ToolRequest } from '../../contracts/tools.ts';
import { grep } from './grep-tool.ts';
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

/** Definitions for a model, in the order of `names`; names that are no tool are left out (`isToolName` tells). */
export function toolDefinitions(names: readonly string[]): ToolDefinition[] {
  return [...new Set(names)].filter(isToolName).map((name) => {
    const { $schema: _, ...parameters } = z.toJSONSchema(tools[name].parameters);
    return { name, description: tools[name].description, parameters };
  });
}

/** Runs one call as the model wrote it. What the model did wrong comes back as a result that tells it what to do. */
export function runTool(
  view: SnapshotView,
  request: ToolRequest,
  allowed: readonly string[],
  aids: SearchAids,
): ToolRun {
  const offered = allowed.filter(isToolName);
  const { tool } = request;
  if (!isToolName(tool) || !offered.includes(tool)) {
    const choice = offered.length > 0 ? `use one of: ${offered.join(', ')}` : 'answer without tools';
    return toolError(`there is no tool "${tool.slice(0, 100)}" here; ${choice}`);
  }
  const given = parseArguments(request.argumentsText);
  if (given === null) return toolError(`the arguments of ${tool} are not a JSON object; ${usage(tool)}`);
  const parsed = tools[tool].parameters.safeParse(given);
  if (!parsed.success)
    return toolError(`${tool} cannot take these arguments: ${problems(parsed.error)}; ${usage(tool)}`);
  try {
    return tools[tool].run(view, parsed.data, aids);
  } catch (error) {
    if (error instanceof ToolMisuse) return toolError(error.message);
    throw error;
  }
}

function problems(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'object'}: ${issue.message}`)
    .join('; ');
}

function usage(tool: ToolName): string {
  const { properties = {}, required = [] } = z.toJSONSchema(tools[tool].parameters);
  const parameters = Object.keys(properties).map((name) => (required.includes(name) ? name : `${name}?`));
  return `give a JSON object with {${parameters.join(', ')}}`;
}
