/** Tells what each offered tool is good for, from its name, its description and its parameters alone. */
import type { OfferedTool } from './conversation.ts';
import { indexStems, stemMatch } from './words.ts';

/** What a tool does for a question; `prose` and `code` are the searches over documentation and over source. */
export type ToolUse = 'prose' | 'code' | 'search' | 'symbol' | 'pattern' | 'lines' | 'files' | 'other';

export type FittedTool = {
  tool: OfferedTool;
  use: ToolUse;
  properties: ReadonlySet<string>;
  required: readonly string[];
};

const holds = (text: string, words: readonly string[]): boolean => {
  const index = indexStems(text);
  return words.some((word) => stemMatch(index, word) > 0);
};

function useOf(tool: OfferedTool, properties: ReadonlySet<string>, required: readonly string[]): ToolUse {
  const name = tool.name.replaceAll(/[_-]/g, ' ');
  if (properties.has('first_line') || properties.has('start_line') || /\bread\b/i.test(name)) return 'lines';
  if (required.includes('pattern') || /\bgrep\b/i.test(name)) return 'pattern';
  if (/\blist\b|\bls\b/i.test(name)) return 'files';
  if (/\bsymbol\b|\bdefinition\b/i.test(name) && required.length === 1) return 'symbol';
  if (!required.includes('query') && !/\bsearch\b/i.test(name)) return 'other';
  if (holds(name, ['doc', 'document', 'guid', 'prose'])) return 'prose';
  if (holds(name, ['code', 'sourc'])) return 'code';
  return 'search';
}

/** Every offered tool with its use. */
export function fitTools(tools: readonly OfferedTool[]): FittedTool[] {
  return tools.map((tool) => {
    const schema = tool.parameters;
    const properties = new Set(Object.keys(typeof schema.properties === 'object' ? (schema.properties ?? {}) : {}));
    const listed = schema.required;
    const required = Array.isArray(listed) ? listed.filter((name): name is string => typeof name === 'string') : [];
    return { tool, use: useOf(tool, properties, required), properties, required };
  });
}

/** The first of the required parameters that takes the text of a call, or the likeliest of all. */
export const textParameter = (fitted: FittedTool): string | null =>
  fitted.required.find((name) => name !== 'path') ??
  ['query', 'pattern', 'name', 'text', 'question'].find((name) => fitted.properties.has(name)) ??
  null;
