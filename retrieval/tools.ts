/** The tools that specialists may use: one table, from which models, checks and threads all read. */
import type { ToolDefinition } from '../contracts/chat.ts';

/** Definitions in the order of `names`, for a model. @throws RangeError on a name that is no tool */
export function toolDefinitions(_names: readonly string[]): ToolDefinition[] {
  return [];
}
