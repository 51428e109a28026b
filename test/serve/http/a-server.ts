/** An HTTP server of the foundation with a few routes, and its log. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { Route } from '../../../serve/http/route.ts';
import { type HttpServerOptions, startHttpServer } from '../../../serve/http/server.ts';

export const key = 'key-of-ana-0123456789';
export const otherKey = 'key-of-ben-0123456789';

export const noOrigins = { hosts: [], publicUrl: null, origins: [] };

export const echo: Route = {
  ...{ method: 'POST', path: '/echo/:what', access: 'key' },
  handle: async (request, { caller, params }) =>
    Response.json({ caller: caller.name, params, body: await request.text(), url: request.url }),
};

export const page: Route = {
  ...{ method: 'GET', path: '/', access: 'page' },
  handle: async (_request, { caller }) => new Response(`page of ${caller.name}`),
};

export const change: Route = {
  ...{ method: 'POST', path: '/change', access: 'page' },
  handle: async () => new Response('changed'),
};

/** The server, on any free port, and the lines that it has logged. */
export async function aServer(t: TestContext, options: Partial<HttpServerOptions> = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const server = await startHttpServer({
    ...{ host: '127.0.0.1', port: 0, log, origins: noOrigins },
    keys: [
      { name: 'ana', key },
      { name: 'ben', key: otherKey },
    ],
    routes: [echo, page, change],
    limits: { requestsPerMinute: 1_000, concurrentRequests: 100 },
    ...options,
  });
  t.after(() => server.stop());
  return { ...server, lines, port: Number(new URL(server.url).port) };
}

export const withKey = { authorization: `Bearer ${key}` };

type Sent = { method?: string; path?: string; headers?: Record<string, string>; body?: string };
export type Got = { status: number; headers: Record<string, string | string[] | undefined>; text: string };

/** A request whose every header and whose path are as given: `fetch` would mend them. */
export function send(port: number, { method = 'GET', path = '/health', headers = {}, body = '' }: Sent): Promise<Got> {
  const length = body === '' || 'transfer-encoding' in headers ? {} : { 'content-length': String(body.length) };
  const all = { ...length, ...headers };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: all, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What comes back for bytes that need be no request. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      answer += piece;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
    socket.write(text);
  });
}

/** `code` of an error answer. */
export const codeOf = ({ text }: Got): string => (JSON.parse(text) as { error: { code: string } }).error.code;
