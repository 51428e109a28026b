/** Puts the surfaces on one HTTP server, over one session. */
import { chatRoutes } from './chat/chat-routes.ts';
import type { RequestLimits } from './http/caller-limits.ts';
import type { OriginPolicy } from './http/request-origin.ts';
import type { Route } from './http/route.ts';
import { type HttpServer, startHttpServer } from './http/server.ts';
import type { ServeKey } from '../config/serve-keys.ts';
import { errorPage } from './page/html/error-html.ts';
import { mcpRoute } from './mcp-route.ts';
import { pageRoutes } from './page/page-routes.ts';
import type { Served } from './served.ts';

export type ServeOptions = {
  host: string;
  port: number;
  keys: readonly [ServeKey, ...ServeKey[]];
  limits: RequestLimits;
  origins: Omit<OriginPolicy, 'publicUrl'>;
};

/** Every surface: a function of what is served to its routes. */
const surfaces: readonly ((served: Served) => Route[])[] = [(served) => chatRoutes(served), pageRoutes];

/** @throws CommandFailure where the address cannot be listened at */
export async function startServe(served: Served, { origins, ...options }: ServeOptions): Promise<HttpServer> {
  await using opening = new AsyncDisposableStack();
  const { route } = opening.use(mcpRoute(served));
  const routes = [...surfaces.flatMap((routesOf) => routesOf(served)), route];
  const { log, publicUrl } = served;
  const server = await startHttpServer({ ...options, routes, log, errorPage, origins: { ...origins, publicUrl } });
  const closing = opening.move();
  const stop = async () => {
    await server.stop();
    await closing.disposeAsync();
  };
  return { ...server, stop, [Symbol.asyncDispose]: stop };
}
