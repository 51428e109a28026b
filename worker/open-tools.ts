/** The tools of a worker that are not built in: those of one's own, and those of foreign servers. */
import type { Config } from '../config/config.ts';
import { createForeignTools, type ForeignTools } from '../foreign-tools/foreign-tools.ts';
import { loadOwnTools, type OwnTools } from '../retrieval/tools/own-tools.ts';

export type Tools = { ownTools: OwnTools; foreignTools: ForeignTools };

/**
 * Modules are loaded; a foreign server is started when it is first needed, and ended with what was opened.
 * @throws ToolModuleProblem
 */
export async function openTools(
  opened: AsyncDisposableStack,
  { toolModules, foreignServers: { servers, network } }: Config,
): Promise<Tools> {
  const foreignTools = opened.use(createForeignTools(servers, network));
  return { ownTools: await loadOwnTools(toolModules), foreignTools };
}
