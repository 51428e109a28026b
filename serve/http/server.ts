/**
 * The HTTP server that every surface mounts its routes on: Node's own, with bounds on all that a client could send, hold open
 * or repeat. It speaks plain HTTP, on this machine alone unless told otherwise; TLS is a proxy's before it.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServeKey } from '../../config/serve-keys.ts';
import { CommandFailure, systemErrorCode } from '../../lib/errors.ts';
import type { Logger } from '../../observability/logging.ts';
import { ApiKeys } from './api-keys.ts';
import { CallerLimits, type RequestLimits } from './caller-limits.ts';
import { type ErrorPage, exchange, type Serving } from './exchange.ts';
import { HttpError } from './http-error.ts';
import { PageSessions } from './page-sessions.ts';
import type { OriginPolicy } from './request-origin.ts';
import { type Route, ServerStopping } from './route.ts';
import { signInPath, signInRoutes } from './sign-in.ts';

export type HttpServerOptions = {
  host: string;
  /** 0: any that is free. */
  port: number;
  routes: readonly Route[];
  /** At least one. */
  keys: readonly [ServeKey, ...ServeKey[]];
  origins: OriginPolicy;
  limits: RequestLimits;
  log: Logger;
  /** How long a client may take; usual times unless given. */
  times?: Partial<typeof usualTimes>;
  /** What a browser is shown of a request that is refused or failed; JSON unless given. */
  errorPage?: ErrorPage;
  /** Of a body; a megabyte unless given. */
  bodyBytes?: number;
  /** Open at once; 512 unless given. */
  connections?: number;
};

export type HttpServer = AsyncDisposable & {
  /** Where it listens. */
  url: string;
  /** Signs a browser in, once. */
  newSignInUrl(): string;
  /** Takes no more requests, lets those that are open say their last words, and ends. */
  stop(): Promise<void>;
};

const usualTimes = { headersMs: 10_000, bodyMs: 20_000, keepAliveMs: 65_000, stopMs: 5_000 };
const usualBodyBytes = 1_000_000;
const usualConnections = 512;

/** @throws CommandFailure where the address cannot be listened at */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const times = { ...usualTimes, ...options.times };
  const keys = new ApiKeys(options.keys);
  const sessions = new PageSessions(keys, options.origins.publicUrl?.protocol === 'https:');
  const stopping = new AbortController();
  const serving: Serving = {
    ...{ keys, sessions, origins: options.origins, log: options.log, stopping: stopping.signal },
    routes: [health, ...signInRoutes(keys, sessions), ...options.routes],
    limits: new CallerLimits(options.limits),
    body: { bytes: options.bodyBytes ?? usualBodyBytes, ms: times.bodyMs },
    ...(options.errorPage === undefined ? {} : { errorPage: options.errorPage }),
  };
  const server = createServer(timeouts(times), (request, response) => void exchange(request, response, serving));
  boundConnections(server, options.connections ?? usualConnections);
  answerWhatIsNoRequest(server, options.log);
  const url = await listening(server, options);
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= stopServer(server, stopping, times.stopMs);
    return stopped;
  };
  const base = options.origins.publicUrl?.origin ?? url;
  const [{ name }] = options.keys;
  return {
    url,
    newSignInUrl: () => `${base}${signInPath}?token=${sessions.newLinkToken({ name })}`,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const health: Route = {
  ...{ method: 'GET', path: '/health', access: 'open' },
  handle: async () => Response.json({ status: 'ok' }),
};

/** What is read after a refusal is within the time of the whole request, too. */
function timeouts({ headersMs, bodyMs, keepAliveMs }: typeof usualTimes) {
  return {
    headersTimeout: headersMs,
    requestTimeout: headersMs + bodyMs + 5_000,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16_384,
  };
}

async function listening(server: Server, { host, port }: HttpServerOptions): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new CommandFailure(`${host}:${port} cannot be listened at (${code}): give another --port or --host`);
  }
  const address = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

/** Those above the bound are told why; those of a flood above that are dropped. */
function boundConnections(server: Server, most: number): void {
  server.maxConnections = 2 * most;
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    if (open.size >= most) return refuse(socket, 503, 'too many connections are open: try again in a moment', 'busy');
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
}

/** What Node's parser refuses never becomes a request: headers that are too long or too slow, and what is no HTTP. */
function answerWhatIsNoRequest(server: Server, log: Logger): void {
  server.on('clientError', (error, socket) => {
    const code = systemErrorCode(error) ?? '';
    log.info({ code }, 'no request');
    if (code === 'HPE_HEADER_OVERFLOW')
      return refuse(socket as Socket, 431, 'the headers are too long', 'headers_too_large');
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
      return refuse(socket as Socket, 408, 'the request was not sent in time', 'request_timeout');
    refuse(socket as Socket, 400, 'this is no HTTP request', 'bad_request');
  });
}

/** Where nothing was answered yet on that connection. */
function refuse(socket: Socket, status: number, message: string, code: string): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(new HttpError(status, message, { code }).body());
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  const more = status === 503 ? ['retry-after: 1'] : [];
  socket.end([...head, ...more, 'connection: close', '', body].join('\r\n'));
  socket.destroySoon();
}

async function stopServer(server: Server, stopping: AbortController, stopMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  stopping.abort(new ServerStopping());
  server.closeIdleConnections();
  const late = new AbortController();
  const end = sleep(stopMs, undefined, { signal: late.signal }).then(
    () => server.closeAllConnections(),
    () => {},
  );
  await closed;
  late.abort();
  await end;
}
