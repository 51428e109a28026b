/**
 * The offline model: an OpenAI-compatible HTTP server that answers by rules, not by a language model.
 *
 * 1. The reply depends on the request's content alone (and on the fault switch).
 * 2. Every reply names the model `switchyard-offline`, whatever model was asked for.
 * 3. It never fetches, runs or reads anything: what it knows of a repository is what the messages show.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { offlineModelName } from '../../contracts/names.ts';
import { ApiError } from './api-error.ts';
import { answerPaid, paidPaths, type ServerState, sendError, sendJson } from './exchange.ts';
import { createFaultDraw } from '../faults/fault-draw.ts';
import { FaultSpecError, parseFaults } from '../faults/fault-spec.ts';
import { parseBody, readBody } from './request-body.ts';
import { openRequestLog } from './request-log.ts';

export type OfflineModelOptions = {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** The fault switch, e.g. `seed=7;429=0.3`; null or absent: no faults. */
  faults?: string | null;
  /** A file that the request log is appended to. */
  log?: string | null;
  /** Milliseconds between the chunks of a streamed reply, as of a model that writes; default 0: all at once. */
  paceMs?: number;
};

export type OfflineModel = AsyncDisposable & {
  /** The base URL for clients, with `/v1`. */
  url: string;
  /** Breaks open connections and frees the port. */
  close(): Promise<void>;
};

const FaultsBody = z.object({ spec: z.string().max(2000) });

const model = {
  id: offlineModelName,
  object: 'model',
  created: 0,
  owned_by: 'switchyard (rules, not a language model)',
};

const isLoopback = (request: IncomingMessage): boolean =>
  /^(?:::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '') && request.headers.origin === undefined;

async function changeFaults(request: IncomingMessage, response: ServerResponse, state: ServerState): Promise<void> {
  if (!isLoopback(request)) throw new ApiError(403, 'faults are changed from this machine only');
  if (request.method === 'POST') {
    const { spec } = parseBody(FaultsBody, await readBody(request));
    try {
      state.faults = parseFaults(spec);
    } catch (error) {
      throw error instanceof FaultSpecError ? new ApiError(400, error.message, { param: 'spec' }) : error;
    }
    state.faultText = spec;
  }
  sendJson(response, 200, JSON.stringify({ spec: state.faultText, faults: state.faults }));
}

async function answerFree(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  state: ServerState,
): Promise<void> {
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (path === '/faults' && (reading || request.method === 'POST')) return changeFaults(request, response, state);
  if (!reading)
    throw new ApiError(
      path === '/health' || path.startsWith('/v1/models') ? 405 : 404,
      `no such call: ${request.method} ${path}`,
    );
  if (path === '/health') return sendJson(response, 200, JSON.stringify({ status: 'ok', model: offlineModelName }));
  if (path === '/v1/models') return sendJson(response, 200, JSON.stringify({ object: 'list', data: [model] }));
  if (path === `/v1/models/${offlineModelName}`) return sendJson(response, 200, JSON.stringify(model));
  const code = path.startsWith('/v1/models/') ? { code: 'model_not_found' } : {};
  throw new ApiError(404, `there is no ${path} here`, code);
}

async function answer(request: IncomingMessage, response: ServerResponse, state: ServerState): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const paid = paidPaths.find((one) => one === path);
  try {
    if (paid !== undefined && request.method !== 'POST') throw new ApiError(405, `${path} takes POST only`);
    if (paid !== undefined) return await answerPaid(paid, request, response, state);
    await answerFree(path, request, response, state);
  } catch (error) {
    sendError(response, error);
  }
}

const listen = (server: Server, host: string, port: number): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });

/**
 * Starts the server and resolves once it listens.
 * @throws FaultSpecError when the fault switch cannot be read; the system's error when the port is taken
 */
export async function startOfflineModel(options: OfflineModelOptions = {}): Promise<OfflineModel> {
  const { host = '127.0.0.1', port = 0, faults = null, log = null, paceMs = 0 } = options;
  const faultText = faults ?? '';
  const parsed = parseFaults(faultText);
  const state: ServerState = { faults: parsed, faultText, draw: createFaultDraw(), log: openRequestLog(log), paceMs };
  const open = new Set<Promise<void>>();
  // Not imported: see lib/http-request.ts.
  const server = process.getBuiltinModule('node:http').createServer((request, response) => {
    const work = answer(request, response, state).finally(() => open.delete(work));
    open.add(work);
  });
  const address = await listen(server, host, port).catch((error: unknown) => {
    state.log.close();
    throw error;
  });
  let closing: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    await Promise.all(open);
    state.log.close();
  };
  const close = (): Promise<void> => {
    closing ??= stop();
    return closing;
  };
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${shown}:${address.port}/v1`, close, [Symbol.asyncDispose]: close };
}
