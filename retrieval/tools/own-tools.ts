/**
 * Tools of one's own: modules that a worker is started with, each of which exports `tools`, a table by name made with
 * `defineTool`. Retrieval threads load them too, since that is where tools run.
 */
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { toolNames } from '../../contracts/names.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import { evidencePlaces, resultCharacters, type ToolRun, toolError } from './rendering.ts';
import type { Tool } from './tool-table.ts';

export type OwnTools = Readonly<Record<string, Tool>>;

export const noOwnTools: OwnTools = {};

/** A module that cannot be used; the message names it and says why. */
export class ToolModuleProblem extends Error {
  override name = 'ToolModuleProblem';
}

const ToolShape = z.object({
  description: z.string().trim().min(1).max(2000),
  kind: z.enum(['code', 'docs', 'any']),
  parameters: z.instanceof(z.ZodObject),
  readOnly: z.boolean().exactOptional(),
  run: z.custom<Tool['run']>((value) => typeof value === 'function', 'expected a function'),
});

/**
 * @param modules absolute paths
 * @throws ToolModuleProblem for the first that cannot be loaded, exports no tools, or has a name that is taken
 */
export async function loadOwnTools(modules: readonly string[]): Promise<OwnTools> {
  const own: Record<string, Tool> = {};
  for (const module of modules) {
    for (const [name, given] of Object.entries(await tableOf(module))) {
      const problem = problemOfName(name, own);
      if (problem !== null) throw new ToolModuleProblem(`${module}: the tool "${name.slice(0, 100)}" ${problem}`);
      own[name] = toolOf(given, `${module}: the tool "${name}"`);
    }
  }
  return own;
}

async function tableOf(module: string): Promise<object> {
  let exported: { tools?: unknown };
  try {
    exported = await import(pathToFileURL(module).href);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new ToolModuleProblem(`${module} cannot be loaded: ${why}`);
  }
  const { tools } = exported;
  if (typeof tools === 'object' && tools !== null && Object.keys(tools).length > 0) return tools;
  throw new ToolModuleProblem(`${module} exports no tools: expected "export const tools = { name: defineTool(…) }"`);
}

function problemOfName(name: string, own: OwnTools): string | null {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) return 'has a name that is not 1 to 64 of a-z, 0-9 and _';
  if ((toolNames as readonly string[]).includes(name)) return "has the name of one of Switchyard's own";
  return Object.hasOwn(own, name) ? 'is there twice' : null;
}

function toolOf(given: unknown, place: string): Tool {
  const { success, data, error } = ToolShape.safeParse(given);
  const [issue] = error?.issues ?? [];
  if (!success) throw new ToolModuleProblem(`${place} is not whole: ${issue?.path.join('.')}: ${issue?.message}`);
  try {
    z.toJSONSchema(data.parameters);
    return data;
  } catch (problem) {
    throw new ToolModuleProblem(
      `${place} has parameters without a JSON Schema: ${problem instanceof Error ? problem.message : problem}`,
    );
  }
}

const RunShape = z.object({
  status: z.enum(['ok', 'error']),
  text: z.string(),
  cut: z.boolean(),
  evidence: z.array(
    z.object({ path: z.string(), firstLine: z.int().positive(), lastLine: z.int().positive(), blob: z.string() }),
  ),
});

const cutNote = '\nnote: cut here, ask for less';

/** What the tool gave, within the bounds of every result; evidence that names no lines of the snapshot is left out. */
export function withinBounds(view: SnapshotView, tool: string, given: unknown): ToolRun {
  const { success, data } = RunShape.safeParse(given);
  if (!success) return toolError(`${tool} gave something that is no tool result`);
  const text = data.text.toWellFormed();
  const long = text.length > resultCharacters;
  const evidence = data.evidence.filter(({ path, blob, firstLine, lastLine }) => {
    const file = view.byPath.get(path);
    return file?.blob === blob && firstLine <= lastLine && lastLine <= file.lines;
  });
  return {
    status: data.status,
    text: long ? text.slice(0, resultCharacters - cutNote.length).toWellFormed() + cutNote : text,
    cut: data.cut || long,
    evidence: evidence.slice(0, evidencePlaces),
  };
}
