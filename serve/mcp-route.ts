/** The MCP server of what is served, at `/mcp`: with a key, like the other programs' surfaces. */
import { mcpHandler, type McpHandler } from '../mcp/handler.ts';
import type { Route } from './http/route.ts';
import type { Served } from './served.ts';

/** @returns the handler, to be closed by the caller, and its route */
export function mcpRoute(served: Served): { handler: McpHandler; route: Route } {
  const { settings, session, repositories, pipelines, budget, memory, log } = served;
  const handler = mcpHandler({
    ...{ settings, session, pipelines, budget, memory },
    allowedRepositories: repositories.map(({ given }) => given),
    log: (text) => log.info(text),
  });
  const handle: Route['handle'] = (request, { caller }) => handler(request, caller.name);
  return { handler, route: { method: 'POST', path: '/mcp', access: 'key', handle } };
}
