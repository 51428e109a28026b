/** MCP over Streamable HTTP, as a handler of web requests that a server mounts at `/mcp`. */
import { createMcpHandler } from '@modelcontextprotocol/server';
import { messageOf } from '../lib/errors.ts';
import { serverFactory } from './server.ts';
import { type McpOptions, Surface } from './surface.ts';

/** `caller`: who asks, as the server that mounts it knows them; decisions and traces name them. */
export type McpHandler = AsyncDisposable & ((request: Request, caller?: string) => Promise<Response>);

/**
 * Who may ask is for the server that mounts it: it checks Host, Origin and key first. The signal of a request ends what
 * waits for it, and no run: a connection that breaks says nothing about what a person wants.
 * @param options with the repositories that may be asked about, never `any` where others than this machine's user ask
 * @returns the handler, to be left (`await using`) by whoever has it; bodies above 4 MB are answered with 413
 * @throws InvalidInput where no repository is named
 */
export function mcpHandler(options: Omit<McpOptions, 'cancelsRuns'>): McpHandler {
  const surface = new Surface({ ...options, cancelsRuns: false });
  const onerror = (error: Error) => options.log(`MCP: ${messageOf(error)}`);
  const handler = createMcpHandler(serverFactory(surface), { onerror });
  const answer = (request: Request, caller?: string) =>
    handler.fetch(request, caller === undefined ? {} : { authInfo: { clientId: caller, token: '', scopes: [] } });
  return Object.assign(answer, {
    [Symbol.asyncDispose]: async () => {
      await handler.close();
      await surface[Symbol.asyncDispose]();
    },
  });
}
