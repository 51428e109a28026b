/**
 * One request and its answer. What it is refused for, in this order: its path, its host, the page that it comes from, a path
 * that there is not, its key or session, its caller's limits, its body. A refusal reads none of the body.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../observability/logging.ts';
import type { ApiKeys } from './api-keys.ts';
import type { CallerLimits } from './caller-limits.ts';
import { HttpError, httpErrorOf } from './http-error.ts';
import type { PageSessions } from './page-sessions.ts';
import { type BodyLimits, readBody } from './request-body.ts';
import {
  checkedHost,
  checkedOrigin,
  corsHeaders,
  type OriginKind,
  type OriginPolicy,
  preflightAnswer,
} from './request-origin.ts';
import { type RequestPath, requestPath } from './request-path.ts';
import { type Caller, matchRoute, type Route } from './route.ts';
import { sendResponse } from './send-response.ts';
import { notSignedIn } from './sign-in.ts';

export type Serving = {
  routes: readonly Route[];
  keys: ApiKeys;
  sessions: PageSessions;
  origins: OriginPolicy;
  limits: CallerLimits;
  body: BodyLimits;
  /** For a browser that has asked for a page; programs are told in JSON. */
  errorPage?: ErrorPage;
  log: Logger;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
};

/** @param caller who is signed in; null: nobody that is known */
export type ErrorPage = (error: HttpError, caller: string | null) => Response;

/** What stands in the log of a request. */
type Entry = { method: string; path: string; caller: string | null };

/** Answers, and logs that it did. Never rejects. */
export async function exchange(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const beganMs = performance.now();
  // The response is closed once it was sent, too.
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const entry: Entry = { method: request.method ?? '', path: loggedPath(request.url), caller: null };
  const web = await answer(request, gone.signal, entry, serving).catch((error: unknown) =>
    refusal(error, serving, entry, request),
  );
  const run = web.headers.get('x-switchyard-run');
  await sendResponse(response, web, request.method === 'HEAD').catch(() => response.destroy());
  if (!gone.signal.aborted) await once(gone.signal, 'abort');
  const ms = Math.round(performance.now() - beganMs);
  const cut = response.writableFinished ? {} : { cut: true };
  serving.log.info({ ...entry, status: web.status, ms, ...(run === null ? {} : { run }), ...cut }, 'request');
}

async function answer(request: IncomingMessage, gone: AbortSignal, entry: Entry, serving: Serving): Promise<Response> {
  const path = requestPath(request.url ?? '');
  const host = checkedHost(request.headersDistinct.host ?? [], request.socket.localAddress ?? '', serving.origins);
  const { origin = '' } = request.headers;
  const kind = checkedOrigin(request.headers.origin, host, serving.origins);
  if (request.method === 'OPTIONS' && kind === 'allowed')
    return preflightAnswer(origin, request.headers['access-control-request-headers']);
  const web = await routed({ request, path, host, origin: kind, gone }, entry, serving).catch((error: unknown) =>
    refusal(error, serving, entry, request),
  );
  return kind === 'allowed' ? withHeaders(web, corsHeaders(origin)) : web;
}

type Checked = { request: IncomingMessage; path: RequestPath; host: string; origin: OriginKind; gone: AbortSignal };

async function routed(checked: Checked, entry: Entry, serving: Serving): Promise<Response> {
  const { request, path, gone } = checked;
  const { method = '' } = request;
  const { route, params } = matchRoute(serving.routes, method, path.segments);
  const caller = callerOf(route, checked, serving);
  if (caller === null)
    return notSignedIn({ method, accept: request.headers.accept ?? '', path: path.path + path.search });
  entry.caller = caller.name;
  const leave = serving.limits.enter(`${route.access === 'open' ? 'address' : 'key'} ${caller.name}`);
  gone.addEventListener('abort', leave, { once: true });
  if (gone.aborted) leave();
  const body = route.method === 'POST' ? await readBody(request, serving.body) : null;
  const signal = AbortSignal.any([gone, serving.stopping]);
  return await route.handle(webRequest(checked, body, signal), { caller, params, signal });
}

/** Null of a page that nobody has signed in for. @throws HttpError 401 for a wrong key; 403 for a POST of no page of ours */
function callerOf({ access, method }: Route, { request, origin }: Checked, { keys, sessions }: Serving): Caller | null {
  if (access === 'open') return { name: request.socket.remoteAddress ?? '' };
  if (access === 'page') {
    if (method !== 'GET' && origin !== 'own')
      throw new HttpError(403, 'a page of this server must send this', { code: 'foreign_origin' });
    return sessions.callerOf(request.headers.cookie);
  }
  const caller = keys.callerOfHeader(request.headers.authorization);
  if (caller !== null) return caller;
  const headers = { 'www-authenticate': 'Bearer realm="switchyard"' };
  throw new HttpError(
    401,
    'no key, or a wrong one: send "Authorization: Bearer KEY" with a key of SWITCHYARD_SERVE_KEYS',
    {
      ...{ code: 'invalid_api_key', headers },
    },
  );
}

function webRequest({ request, path, host }: Checked, body: Buffer | null, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const init = { method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'), headers, signal };
  return new Request(
    `http://${host}${path.path}${path.search}`,
    body === null ? init : { ...init, body: new Uint8Array(body) },
  );
}

function withHeaders(web: Response, headers: Record<string, string>): Response {
  const all = new Headers(web.headers);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return new Response(web.body, { status: web.status, headers: all });
}

function refusal(
  error: unknown,
  { log, sessions, errorPage }: Serving,
  entry: Entry,
  { headers }: IncomingMessage,
): Response {
  const refused = httpErrorOf(error);
  // Of what nobody foresaw the log says more than the caller is told.
  if (refused.status === 500)
    log.error({ ...entry, error: error instanceof Error ? error.stack : String(error) }, 'failed');
  const wantsPage = errorPage !== undefined && (headers.accept ?? '').includes('text/html');
  return wantsPage ? errorPage(refused, sessions.callerOf(headers.cookie)?.name ?? null) : refused.response();
}

/** Without its query, which may hold a token. */
function loggedPath(target = ''): string {
  return target.split('?', 1)[0]?.slice(0, 200) ?? '';
}
