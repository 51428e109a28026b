/** One request and its reply: routing by path, the fault switch, the log, and clients that go away. */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { offlineModelName } from '../../contracts/names.ts';
import { ApiError } from './api-error.ts';
import { ChatBody, EmbeddingsBody } from './chat-request.ts';
import { type Completion, completionOf } from './completion.ts';
import { embeddingsKey, embeddingsOf } from './embeddings.ts';
import { faultName, type ReadyBody, sendBody, sendHalf, spoil, statusError, untilGone } from '../faults/fault-act.ts';
import { conversationKey, type FaultDraw } from '../faults/fault-draw.ts';
import type { Fault, FaultSpec } from '../faults/fault-spec.ts';
import { replyTo } from '../policy/reply.ts';
import { parseBody, readBody } from './request-body.ts';
import type { RequestLog, RequestLogEntry } from './request-log.ts';
import { splitTokens } from './tokens.ts';

export type ServerState = {
  faults: FaultSpec;
  faultText: string;
  draw: FaultDraw;
  log: RequestLog;
  /** Milliseconds between the chunks of a stream. */
  paceMs: number;
};

/** A computed answer that has not been sent yet. */
type Prepared = { key: string; make(fault: Fault | null): ReadyBody };

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
  const ready = prepared.make(fault);
  const { kind } = fault ?? {};
  if (kind === 'cut' || kind === 'stall' || kind === 'truncate')
    return sendHalf(response, ready, kind, { paceMs: state.paceMs, gone });
  await sendBody(response, ready, { paceMs: state.paceMs, gone });
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

// Writes a chat completion as server-sent events, in the pieces that OpenAI's clients put together again.

const tokensInPiece = 8;

function pieces(content: string): string[] {
  const tokens = splitTokens(content);
  const cut: string[] = [];
  for (let from = 0; from < tokens.length; from += tokensInPiece) {
    cut.push(tokens.slice(from, from + tokensInPiece).join(''));
  }
  return cut;
}

/** The whole body of the stream; with `includeUsage` a last chunk without choices tells the usage. */
function eventStream(completion: Completion, includeUsage: boolean): string {
  const { id, created, model, system_fingerprint } = completion;
  const [{ message, logprobs, finish_reason }] = completion.choices;
  const head = { id, object: 'chat.completion.chunk', created, model, system_fingerprint };
  const rest = includeUsage ? { usage: null } : {};
  const chunk = (delta: object, finish: string | null = null, tokens: object | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: tokens, finish_reason: finish }],
    ...rest,
  });
  const calls = message.tool_calls ?? [];
  const spoken = pieces(message.content ?? '').map((content, at) =>
    chunk({ content }, null, at === 0 ? logprobs : null),
  );
  const chunks = [
    chunk({ role: 'assistant', content: message.content === null ? null : '', refusal: null }),
    ...spoken,
    ...calls.map((call, index) => chunk({ tool_calls: [{ index, ...call }] })),
    chunk({}, finish_reason),
    ...(includeUsage ? [{ ...head, choices: [], usage: completion.usage }] : []),
  ];
  return `${chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')}data: [DONE]\n\n`;
}
