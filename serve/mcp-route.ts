/** The MCP server of what is served, at `/mcp`: with a key, like the other programs' surfaces. */
import type { McpHandler } from '../mcp/handler.ts';
import type { Route } from './http/route.ts';
import type { Served } from './served.ts';

export type McpRoute = AsyncDisposable & { route: Route };

/** Its code is loaded with the first request. Leaving it (`await using`) ends what waits, and no run. */
export function mcpRoute(served: Served): McpRoute {
  let handler: Promise<McpHandler> | null = null;
  const handle: Route['handle'] = async (request, { caller }) => {
    handler ??= openHandler(served);
    return (await handler)(request, caller.name);
  };
  return {
    route: { method: 'POST', path: '/mcp', access: 'key', handle },
    [Symbol.asyncDispose]: async () => {
      const opened = await handler;
      await opened?.[Symbol.asyncDispose]();
    },
  };
}

async function openHandler(served: Served): Promise<McpHandler> {
  const { settings, session, repositories, pipelines, budget, memory, log } = served;
  const { mcpHandler } = await import('../mcp/handler.ts');
  return mcpHandler({
    ...{ settings, session, pipelines, budget, memory },
    allowedRepositories: new Map(repositories.map(({ name, given }) => [name, given])),
    log: (text) => log.info(text),
  });
}
