/** The chat port over any OpenAI-compatible endpoint: one HTTP request a call, after its dialect is learned. */
import { createHash } from 'node:crypto';
import OpenAI, { APIError } from 'openai';
import type { ChatReply, ChatRequest, ModelRole } from '../contracts/chat.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { chatBody, type WireBody } from './chat-body.ts';
import type { ChatModel, ModelFailure } from './chat-model.ts';
import { type ReadReply, readCompletion } from './completion-reply.ts';
import { createDialectBook, type DialectBook } from './dialect-lessons.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import { type CallPlace, networkFailure, statusFailure, timedOut, unusableReply } from './failures.ts';
import { addUsage } from './token-usage.ts';

export type OpenAiChatSettings = {
  apiKey: string | null;
  /** Null: OpenAI's own. */
  baseUrl: string | null;
  modelByRole: Record<ModelRole, string>;
  /** Bounds a whole call, the sends that learn a dialect included. */
  timeoutSeconds: number;
  /** Output tokens allowed on top to models that think first. */
  reasoningTokens: number;
};

const openAiUrl = 'https://api.openai.com/v1';
/** Compatible servers need no key; the SDK refuses to go without. */
const noKey = 'no-key';
/** A call sends at most this many times more to learn how the endpoint wants it. */
const lessonsPerCall = 4;

type Deps = { settings: OpenAiChatSettings; client: OpenAI; book: DialectBook; baseUrl: string };
type CallOptions = Parameters<ChatModel['chat']>[1];

/** One instance a process and endpoint: it remembers the dialects that it learned. */
export function createOpenAiChat(settings: OpenAiChatSettings): ChatModel {
  const baseUrl = settings.baseUrl ?? openAiUrl;
  const client = new OpenAI({
    apiKey: settings.apiKey ?? noKey,
    baseURL: baseUrl,
    // Null and off keep the SDK from reading the environment and from writing to the console.
    organization: null,
    project: null,
    adminAPIKey: null,
    logLevel: 'off',
    maxRetries: 0,
    // Later than our own deadline, which covers the body too and is told apart from a connection's time-out.
    timeout: settings.timeoutSeconds * 1000 + 10_000,
    fetch: fetchReadable,
  });
  const deps: Deps = { settings, client, book: createDialectBook(baseUrl), baseUrl };
  return { chat: (request, options) => chat(deps, request, options) };
}

async function chat(deps: Deps, request: ChatRequest, options: CallOptions): Promise<ChatReply> {
  const { settings, book } = deps;
  const model = request.model ?? settings.modelByRole[request.role];
  const place: CallPlace = { baseUrl: deps.baseUrl, model, secrets: secretsOf(deps), spent: null };
  const deadline = AbortSignal.timeout(Math.ceil(settings.timeoutSeconds * 1000));
  const signal = AbortSignal.any([options.signal, deadline]);
  for (let lessons = 0; ; lessons += 1) {
    options.signal.throwIfAborted();
    const body = chatBody(request, model, book.of(model), settings.reasoningTokens);
    const attempt = await send(deps, body, { signal, callId: idempotencyKey(options.callId, lessons) }, place);
    if (attempt.kind === 'failed') {
      // The caller's abort is the caller's: whatever it broke on the way is no failure of the endpoint.
      if (options.signal.aborted) throw options.signal.reason;
      if (deadline.aborted) throw timedOut(settings.timeoutSeconds, place);
      const refused = attempt.failure.kind === 'ModelRequestRefused' ? attempt.refusal : null;
      if (refused !== null && lessons < lessonsPerCall && book.learn(model, body, refused)) continue;
      throw attempt.failure;
    }
    const { reply, starved } = attempt.read;
    const usage = place.spent === null ? reply.usage : addUsage(place.spent, reply.usage);
    const mayThink = starved && settings.reasoningTokens > 0 && lessons < lessonsPerCall;
    if (!mayThink || !book.learnThinking(model)) return { ...reply, usage };
    place.spent = usage;
  }
}

type Attempt =
  | { kind: 'answered'; read: ReadReply }
  | { kind: 'failed'; failure: ModelFailure; refusal: ErrorBody | null };

async function send(deps: Deps, body: WireBody, options: CallOptions, place: CallPlace): Promise<Attempt> {
  let completion: unknown;
  try {
    completion = await deps.client.chat.completions.create(body, {
      signal: options.signal,
      headers: { 'Idempotency-Key': options.callId },
    });
  } catch (error) {
    return failedAttempt(error, place);
  }
  const sent = JSON.stringify(body.messages).length + JSON.stringify(body.tools ?? []).length;
  return { kind: 'answered', read: readCompletion(completion, sent, place) };
}

function failedAttempt(error: unknown, place: CallPlace): Attempt {
  if (error instanceof APIError && typeof error.status === 'number') {
    const refusal = readErrorBody(JSON.stringify({ error: error.error }));
    const headers = error.headers instanceof Headers ? error.headers : new Headers();
    return { kind: 'failed', failure: statusFailure(error.status, headers, refusal, place), refusal };
  }
  if (error instanceof SyntaxError) {
    return { kind: 'failed', failure: unusableReply('the reply is not JSON', place), refusal: null };
  }
  return { kind: 'failed', failure: networkFailure(error, place), refusal: null };
}

/** Gives the SDK bodies that it understands: it drops errors that are not under `error`, and JSON sent as text. */
async function fetchReadable(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await boundedFetch(input, init);
  const headers = new Headers(response.headers);
  headers.set('content-type', 'application/json');
  const text = await response.text();
  const body = response.ok ? text : JSON.stringify({ error: readErrorBody(text) });
  headers.set('content-length', String(Buffer.byteLength(body)));
  return new Response(response.body === null ? null : body, { status: response.status, headers });
}

/** A send that learned something is another request to an endpoint that keeps keys. Headers carry ASCII only. */
function idempotencyKey(callId: string, lessons: number): string {
  const key = /^[\x21-\x7e]{1,200}$/.test(callId) ? callId : createHash('sha256').update(callId).digest('hex');
  return lessons === 0 ? key : `${key}.${lessons}`;
}

function secretsOf({ settings, baseUrl }: Deps): string[] {
  const { username, password, search } = new URL(baseUrl);
  return [settings.apiKey ?? '', password, username, search.slice(1)];
}
