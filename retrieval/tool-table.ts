/** The shape of a row in the table of tools. */
import { z } from 'zod';
import type { SnapshotView } from './snapshot-view.ts';
import type { ToolRun } from './tool-run.ts';

export type Tool = {
  /** Written for the model that chooses. */
  description: string;
  kind: 'code' | 'docs' | 'any';
  parameters: z.ZodObject;
  /** @param given arguments that have passed `parameters`. @throws ToolMisuse on what only the snapshot can refuse */
  run(view: SnapshotView, given: unknown): ToolRun;
};

/** Ties the arguments of `run` to the schema. */
export function defineTool<Shape extends z.ZodRawShape>(tool: {
  description: string;
  kind: Tool['kind'];
  parameters: z.ZodObject<Shape>;
  run(view: SnapshotView, given: z.infer<z.ZodObject<Shape>>): ToolRun;
}): Tool {
  const { description, kind, parameters } = tool;
  return { description, kind, parameters, run: (view, given) => tool.run(view, parameters.parse(given)) };
}

/** Parameters that several tools share. */
export const pathParameter = z
  .string()
  .max(1024)
  .describe('Only files under this folder, or matching this glob, e.g. "lib" or "src/**/*.ts".');

/** Models often write numbers as text. */
export function countParameter(most: number, description: string) {
  return z.coerce.number().int().min(1).max(most).describe(description);
}
