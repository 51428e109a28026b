/** The shape of a row in the table of tools. */
import { z } from 'zod';
import type { PlaceId } from '../../contracts/tools.ts';
import type { DenseQuery } from '../search/dense-ranking.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import type { ToolRun } from './rendering.ts';

/** What a search gets beside its arguments: what services made of the query. */
export type SearchAids = {
  dense: DenseQuery | null;
  /** Places that go first, as a model put them; empty: as search has them. */
  order: readonly PlaceId[];
};

/** A tool that specialists may call. */
export type Tool = {
  /** Written for the model that chooses. */
  description: string;
  kind: 'code' | 'docs' | 'any';
  parameters: z.ZodObject;
  /** Of a tool of one's own: true where another run of the same call costs nothing and has no effects. */
  readOnly?: boolean;
  /** @param given arguments that have passed `parameters`. @throws ToolMisuse on what only the snapshot can refuse */
  run(view: SnapshotView, given: unknown, aids: SearchAids): ToolRun;
};

/** Ties the arguments of `run` to the schema. */
export function defineTool<Shape extends z.ZodRawShape>(tool: {
  description: string;
  kind: Tool['kind'];
  parameters: z.ZodObject<Shape>;
  readOnly?: boolean;
  run(view: SnapshotView, given: z.infer<z.ZodObject<Shape>>, aids: SearchAids): ToolRun;
}): Tool {
  const { run, ...rest } = tool;
  return { ...rest, run: (view, given, aids) => run(view, tool.parameters.parse(given), aids) };
}

/** Parameters that several tools share. */
export const pathParameter = z
  .string()
  .max(1024)
  .describe('Only files in this folder, or matching this glob, e.g. "src/**/*.ts".');

/** Models often write numbers as text. */
export function countParameter(most: number, description: string) {
  return z.coerce.number().int().min(1).max(most).describe(description);
}

/** Nulls count as absent: some endpoints make models write every parameter. Null for what is no JSON object. */
export function parseArguments(text: string): Record<string, unknown> | null {
  try {
    const given: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  } catch {
    return null;
  }
}
