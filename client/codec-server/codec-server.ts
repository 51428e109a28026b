/**
 * A codec server for Temporal's Web UI: it encodes and decodes payloads for callers that have the token. Browsers are let in
 * from the Web UI's own addresses only.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { z } from 'zod';
import { isUnreadable } from '../../codecs/failures.ts';
import { sessionCookie, sessionPage } from './session-page.ts';

export type CodecServerOptions = {
  host: string;
  port: number;
  /** In the order in which the SDK takes them. */
  codecs: readonly PayloadCodec[];
  token: string;
  /** Asked at each request: the Web UI's port is known once its server has been started. */
  origins: () => readonly string[];
};

export type CodecServer = AsyncDisposable & { url: string };

/** What a page of the Web UI asks for at once is far below. */
const mostBytes = 16_000_000;
const requestMs = 30_000;

const JsonPayloads = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()).default({}), data: z.base64().default('') })),
});

/** @throws Error where the address is taken */
export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  // A browser holds this in place of the token; it ends with the server.
  const session = randomBytes(32).toString('base64url');
  const server = createServer({ requestTimeout: requestMs }, (request, response) => {
    serve(request, response, { ...options, session }).catch(() => response.destroy());
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Serving = CodecServerOptions & { session: string };

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://codec.invalid').pathname;
  const origin = request.headers.origin ?? null;
  const isWebUi = origin !== null && serving.origins().includes(origin);
  response.setHeader('cache-control', 'no-store').setHeader('vary', 'origin');
  if (isWebUi) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-credentials', 'true');
  }
  if (path === '/' || path === '/session') return sessionPage(request, response, (given) => answerTo(given, serving));
  // Of a page that is not the Web UI's, the browser would send the cookie too.
  if (origin !== null && !isWebUi) return refuse(response, 403, 'this page is not the Web UI: see --web-ui');
  if (request.method === 'OPTIONS') return allow(request, response);
  if (request.method !== 'POST' || !/\/(encode|decode)$/.test(path))
    return refuse(response, 404, 'POST /encode and /decode');
  if (!isKnown(request, serving))
    return refuse(response, 401, `no or the wrong token: sign in at the codec server's page`);
  const body = await bodyOf(request);
  if (body === null) return refuse(response, 413, `more than ${mostBytes} bytes`);
  const given = JsonPayloads.safeParse(parsed(body));
  if (!given.success) return refuse(response, 400, 'expected {"payloads": [{"metadata": {…}, "data": "…"}]} in base64');
  const payloads = given.data.payloads.map(ofJson);
  const done = await (path.endsWith('/encode') ? encodeAll : decodeAll)(payloads, serving.codecs);
  send(response, 200, { payloads: done.map(toJson) });
}

function allow(request: IncomingMessage, response: ServerResponse): void {
  const asked = request.headers['access-control-request-headers'] ?? '';
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', asked);
  response.writeHead(204).end();
}

/** The session for a token that is right. */
function answerTo(given: string, { token, session }: Serving): string | null {
  return isSame(given, token) ? session : null;
}

/** By `Authorization: Bearer TOKEN`, or by the cookie that the page of this server has set. */
function isKnown({ headers }: IncomingMessage, { token, session }: Serving): boolean {
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const byToken = isSame(bearer, token);
  const bySession = isSame(sessionCookie(headers.cookie ?? ''), session);
  return byToken || bySession;
}

/** In a time that says nothing about either: of their hashes, whose length is one. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}

/** Null for one that is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

async function encodeAll(payloads: Payload[], codecs: readonly PayloadCodec[]): Promise<Payload[]> {
  let encoded = payloads;
  for (const codec of codecs) encoded = await codec.encode(encoded);
  return encoded;
}

function decodeAll(payloads: Payload[], codecs: readonly PayloadCodec[]): Promise<Payload[]> {
  return Promise.all(payloads.map((payload) => decodeOne(payload, codecs)));
}

/** Where one cannot be read, the page shows why in its place, and the others as they are. */
async function decodeOne(payload: Payload, codecs: readonly PayloadCodec[]): Promise<Payload> {
  try {
    let decoded = [payload];
    for (const codec of codecs.toReversed()) decoded = await codec.decode(decoded);
    return decoded[0] ?? payload;
  } catch (error) {
    const why = isUnreadable(error) ? `${error.name}: ${error.message}` : 'this payload cannot be decoded';
    return { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify(why)) };
  }
}

type JsonPayload = z.infer<typeof JsonPayloads>['payloads'][number];

function ofJson({ metadata, data }: JsonPayload): Payload {
  const fields = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(fields), data: Buffer.from(data, 'base64') };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
  const fields = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]);
  return { metadata: Object.fromEntries(fields), data: base64(data) };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  // What is left of a body is not read.
  response.setHeader('connection', 'close');
  send(response, status, { message });
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
