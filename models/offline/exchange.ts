/** One request and its reply: routing by path, the fault switch, the log, and clients that go away. */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { offlineModelName } from '../../contracts/names.ts';
import { ApiError } from './api-error.ts';
import { ChatBody, EmbeddingsBody } from './chat-request.ts';
import { completionOf } from './completion.ts';
import { embeddingsKey, embeddingsOf } from './embeddings.ts';
import { eventStream } from './event-stream.ts';
import { faultName, sendCut, statusError, untilGone } from './fault-act.ts';
import { conversationKey, type FaultDraw } from './fault-draw.ts';
import type { Fault, FaultSpec } from './fault-spec.ts';
import { replyTo } from './policy/reply.ts';
import { parseBody, readBody } from './request-body.ts';
import type { RequestLog, RequestLogEntry } from './request-log.ts';
import { spoil } from './spoiled-reply.ts';

export type ServerState = { faults: FaultSpec; faultText: string; draw: FaultDraw; log: RequestLog };

/** A computed answer that has not been sent yet. */
type Prepared = { key: string; make(fault: Fault | null): { contentType: string; body: string } };

const json = 'application/json';

export function sendJson(response: ServerResponse, status: number, body: string, headers: object = {}): void {
  response.writeHead(status, { 'content-type': json, 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

function prepareChat(raw: Buffer, faults: FaultSpec): Prepared {
  const body = parseBody(ChatBody, raw);
  const key = conversationKey(body);
  return {
    key,
    make: (fault) => {
      const good = replyTo(body, faults.weak);
      const reply = fault === null ? good : spoil(good, fault, body, faults.maxInARow);
      const completion = completionOf(body, reply, key);
      if (body.stream !== true) return { contentType: json, body: JSON.stringify(completion) };
      const stream = eventStream(completion, body.stream_options?.include_usage === true);
      return { contentType: 'text/event-stream; charset=utf-8', body: stream };
    },
  };
}

function prepareEmbeddings(raw: Buffer): Prepared {
  const body = parseBody(EmbeddingsBody, raw);
  return { key: embeddingsKey(body), make: () => ({ contentType: json, body: JSON.stringify(embeddingsOf(body)) }) };
}

/** The paths whose replies cost money at a real provider: logged, and subject to faults. */
export const paidPaths = ['/v1/chat/completions', '/v1/embeddings'] as const;
type PaidPath = (typeof paidPaths)[number];

async function deliver(
  response: ServerResponse,
  prepared: Prepared,
  state: ServerState,
  gone: AbortSignal,
  met: (fault: Fault | null) => void,
): Promise<void> {
  const { fault, latencyMs } = state.draw(prepared.key, state.faults);
  met(fault);
  if (latencyMs > 0) await delay(latencyMs, undefined, { signal: gone });
  if (fault?.kind === 'status') throw statusError(fault, state.faults);
  if (fault?.kind === 'hang') return untilGone(gone);
  if (fault?.kind === 'disconnect') {
    response.destroy();
    return;
  }
  const { contentType, body } = prepared.make(fault);
  if (fault?.kind === 'cut') return sendCut(response, contentType, body);
  response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Sends an error unless a reply is under way already. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const known = error instanceof ApiError ? error : new ApiError(500, `the offline model broke: ${String(error)}`);
  sendJson(response, known.status, known.body(), known.headers);
}

/** Answers a request to a paid path. Never rejects: what goes wrong goes to the client. */
export async function answerPaid(
  path: PaidPath,
  request: IncomingMessage,
  response: ServerResponse,
  state: ServerState,
): Promise<void> {
  const gone = new AbortController();
  const requestId = randomUUID();
  response.setHeader('x-request-id', requestId);
  response.setHeader('openai-model', offlineModelName);
  let fault: Fault | null = null;
  let entry: Omit<RequestLogEntry, 'event' | 'at' | 'status' | 'fault'> | null = null;
  response.once('close', () => {
    gone.abort();
    if (entry === null) return;
    const event = response.writableFinished ? 'reply' : 'gone';
    const status = response.headersSent ? response.statusCode : null;
    state.log.write({ event, at: Date.now(), ...entry, status, fault: faultName(fault) });
  });
  try {
    const raw = await readBody(request);
    const key = request.headers['idempotency-key'];
    const sha256 = createHash('sha256').update(raw).digest('hex');
    entry = { requestId, path, idempotencyKey: typeof key === 'string' ? key : null, sha256 };
    state.log.write({ event: 'request', at: Date.now(), ...entry, status: null, fault: null });
    const prepared = path === '/v1/embeddings' ? prepareEmbeddings(raw) : prepareChat(raw, state.faults);
    await deliver(response, prepared, state, gone.signal, (met) => {
      fault = met;
    });
  } catch (error) {
    if (!gone.signal.aborted) sendError(response, error);
  }
}
