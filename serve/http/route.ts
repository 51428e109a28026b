/** What is served at a path: a function from a web `Request` to a web `Response`, and who may call it. */
import { HttpError } from './http-error.ts';

/** Whose key the request had. Of `open` routes it is the address that asks. */
export type Caller = { name: string };

export type RouteContext = {
  caller: Caller;
  /** What stands in the path at `:name`, decoded. */
  params: Readonly<Record<string, string>>;
  /**
   * Aborted when the client has gone, or the server stops: then its reason is a `ServerStopping`, and a stream may still say
   * its last words.
   */
  signal: AbortSignal;
};

export type Route = {
  method: 'GET' | 'POST' | 'DELETE';
  /** Parts of `/runs/:id`; a part of a request's path is never empty, `.` or `..`, but may hold a `/` that was encoded. */
  path: string;
  /** `key`: `Authorization: Bearer KEY`; `page`: the cookie of a browser that has signed in; `open`: anybody. */
  access: 'key' | 'open' | 'page';
  handle(request: Request, context: RouteContext): Promise<Response>;
};

/** Why a request's signal is aborted while its client is still there. */
export class ServerStopping extends Error {
  override name = 'ServerStopping';
  override message = 'the server stops';
}

export type Match = { route: Route; params: Record<string, string> };

/**
 * The first route that fits. HEAD is GET without the body.
 * @throws HttpError 404; 405 where the path takes other methods
 */
export function matchRoute(routes: readonly Route[], method: string, segments: readonly string[]): Match {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const matches = routes.flatMap((route) => {
    const params = paramsOf(route.path, segments);
    return params === null ? [] : [{ route, params }];
  });
  const match = matches.find(({ route }) => route.method === wanted);
  if (match !== undefined) return match;
  if (matches.length === 0) throw new HttpError(404, 'there is nothing at this path', { code: 'not_found' });
  const allow = [...new Set(matches.map(({ route }) => route.method))].join(', ');
  throw new HttpError(405, `this path takes ${allow}`, { code: 'method_not_allowed', headers: { allow } });
}

function paramsOf(pattern: string, segments: readonly string[]): Record<string, string> | null {
  const parts = pattern === '/' ? [] : pattern.slice(1).split('/');
  if (parts.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of parts.entries()) {
    const segment = segments[at] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = segment;
    else if (part !== segment) return null;
  }
  return params;
}
