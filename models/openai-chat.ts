/** The chat port over any OpenAI-compatible endpoint: one HTTP request a call, after its dialect is learned. */
import { createHash } from 'node:crypto';
import { addUsage } from '../contracts/usage-sum.ts';
import type OpenAI from 'openai';
import type { ChatReply, ChatRequest, ModelRole } from '../contracts/chat.ts';
import { chatBody, type WireBody } from './chat-body.ts';
import type { ChatModel, ModelFailure } from './chat-model.ts';
import { type ReadReply, readCompletion } from './completion-reply.ts';
import { createDialectBook, type DialectBook } from './dialect-lessons.ts';
import type { ErrorBody } from './error-body.ts';
import { type CallPlace, timedOut } from './failures.ts';
import { createClient, failedSend, openAiUrl, secretsOf } from './openai-client.ts';

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

/** A call sends at most this many times more to learn how the endpoint wants it. */
const lessonsPerCall = 4;

type Deps = { settings: OpenAiChatSettings; client: OpenAI; book: DialectBook; baseUrl: string };
type CallOptions = Parameters<ChatModel['chat']>[1];

/** One instance a process and endpoint: it remembers the dialects that it learned. */
export function createOpenAiChat(settings: OpenAiChatSettings): ChatModel {
  const baseUrl = settings.baseUrl ?? openAiUrl;
  const { apiKey, timeoutSeconds } = settings;
  const client = createClient({ apiKey, baseUrl, timeoutSeconds });
  const deps: Deps = { settings, client, book: createDialectBook(baseUrl), baseUrl };
  return { chat: (request, options) => chat(deps, request, options) };
}

async function chat(deps: Deps, request: ChatRequest, options: CallOptions): Promise<ChatReply> {
  const { settings, book } = deps;
  const model = request.model ?? settings.modelByRole[request.role];
  const place: CallPlace = {
    baseUrl: deps.baseUrl,
    model,
    secrets: secretsOf(settings.apiKey, deps.baseUrl),
    spent: null,
  };
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
    return { kind: 'failed', ...failedSend(error, place) };
  }
  const sent = JSON.stringify(body.messages).length + JSON.stringify(body.tools ?? []).length;
  return { kind: 'answered', read: readCompletion(completion, sent, place) };
}

/** A send that learned something is another request to an endpoint that keeps keys. Headers carry ASCII only. */
function idempotencyKey(callId: string, lessons: number): string {
  const key = /^[\x21-\x7e]{1,200}$/.test(callId) ? callId : createHash('sha256').update(callId).digest('hex');
  return lessons === 0 ? key : `${key}.${lessons}`;
}
