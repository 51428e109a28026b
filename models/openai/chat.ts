/** The chat port over any OpenAI-compatible endpoint: one HTTP request a call, once it is known what the endpoint takes. */
import { createHash } from 'node:crypto';
import { addUsage } from '../../contracts/usage-sum.ts';
import type OpenAI from 'openai';
import type { ChatReply, ChatRequest, ModelRole } from '../../contracts/chat.ts';
import { CallLearning } from './call-learning.ts';
import type { Capabilities, CapabilityOverride, CapabilityRow } from '../../contracts/model-capabilities.ts';
import { type CapabilityBook, createCapabilityBook } from './capability-book.ts';
import { chatBody, type WireBody, wireMessages } from './chat-body.ts';
import { type Allowance, CallDoesNotFit, type Fit, fitted, without } from '../allowance.ts';
import type { ChatModel, ChatOptions, ModelFailure } from '../chat-model.ts';
import { type ReadReply, readCompletion } from './completion-reply.ts';
import type { ErrorBody } from './error-body.ts';
import { type CallPlace, timedOut } from './failures.ts';
import { findPrice } from '../../contracts/model-prices.ts';
import { createTokenBook, type ReportedPart, sentCharacters, type TokenBook } from '../token-estimate.ts';
import { createClient, failedSend, openAiUrl, secretsOf } from './client.ts';

export type OpenAiChatSettings = {
  apiKey: string | null;
  /** Null: OpenAI's own. */
  baseUrl: string | null;
  modelByRole: Record<ModelRole, string>;
  /** Bounds a whole call, the sends that learn what the endpoint takes included. */
  timeoutSeconds: number;
  /** Output tokens allowed on top to models that think first. */
  reasoningTokens: number;
  /** What a file says that endpoints and models take. */
  capabilities?: readonly CapabilityOverride[];
  /** True: what an answered call shows to be taken counts as probed. */
  probing?: boolean;
};

export type OpenAiChat = ChatModel & {
  /** What is known of a model by now, and how. */
  capabilities(model: string): CapabilityRow[];
};

/** A call sends at most this many times more to learn how the endpoint wants it. */
const lessonsPerCall = 4;

type Deps = { settings: OpenAiChatSettings; client: OpenAI; book: CapabilityBook; tokens: TokenBook; baseUrl: string };
type CallOptions = Pick<ChatOptions, 'signal' | 'callId'>;

/** One instance a process and endpoint: it remembers what it learned, and how tokens are counted there. */
export function createOpenAiChat(settings: OpenAiChatSettings): OpenAiChat {
  const baseUrl = settings.baseUrl ?? openAiUrl;
  const { apiKey, timeoutSeconds } = settings;
  const client = createClient({ apiKey, baseUrl, timeoutSeconds });
  const deps: Deps = {
    settings,
    client,
    book: createCapabilityBook(baseUrl, settings.capabilities, settings.probing),
    tokens: createTokenBook(),
    baseUrl,
  };
  return {
    chat: (request, options) => chat(deps, request, options),
    capabilities: (model) => deps.book.rows(model),
  };
}

async function chat(deps: Deps, request: ChatRequest, options: ChatOptions): Promise<ChatReply> {
  const { settings, book } = deps;
  const model = request.model ?? settings.modelByRole[request.role];
  const secrets = secretsOf(settings.apiKey, deps.baseUrl);
  const place: CallPlace = { baseUrl: deps.baseUrl, model, secrets, spent: null };
  const deadline = AbortSignal.timeout(Math.ceil(settings.timeoutSeconds * 1000));
  const signal = AbortSignal.any([options.signal, deadline]);
  const learning = new CallLearning(book, model, options.onLesson);
  let starved: ChatReply | null = null;
  for (let sends = 0; ; sends += 1) {
    options.signal.throwIfAborted();
    const fit = bodyWithin(deps, request, options.allowance, place);
    if (fit.kind === 'does-not-fit') {
      // It was answered, though with nothing: what the call has paid for is its reply.
      if (starved !== null) return starved;
      throw new CallDoesNotFit(fit, place.spent);
    }
    const { body } = fit;
    const attempt = await send(deps, body, { signal, callId: idempotencyKey(options.callId, sends) }, place);
    if (attempt.kind === 'failed') {
      // The caller's abort is the caller's: whatever it broke on the way is no failure of the endpoint.
      if (options.signal.aborted) throw options.signal.reason;
      if (deadline.aborted) throw timedOut(settings.timeoutSeconds, place);
      const refused = attempt.failure.kind === 'ModelRequestRefused' ? attempt.refusal : null;
      const next = () => chatBody(request, model, book.of(model), settings.reasoningTokens);
      if (refused !== null && sends < lessonsPerCall && learning.learns(body, refused, next)) continue;
      learning.failed();
      throw attempt.failure;
    }
    const { read } = attempt;
    book.answered(model, body, read.reply.model);
    const usage = place.spent === null ? read.reply.usage : addUsage(place.spent, read.reply.usage);
    const reply = { ...read.reply, usage };
    const mayThink = read.starved && settings.reasoningTokens > 0 && sends < lessonsPerCall;
    if (!mayThink || !book.learnThinking(model)) return reply;
    place.spent = usage;
    starved = reply;
  }
}

/** The request as the endpoint takes it, within what is left of the call's allowance. */
function bodyWithin(deps: Deps, request: ChatRequest, allowance: Allowance | undefined, place: CallPlace): Fit {
  const { model, spent } = place;
  const takes = deps.book.of(model);
  const body = chatBody(request, model, takes, deps.settings.reasoningTokens);
  if (allowance === undefined) return { kind: 'fits', body };
  const input = deps.tokens.estimate(model, body, onTheWire(allowance.reported, request, takes));
  return fitted(body, { ...request, ...takes }, input, without(allowance, spent), findPrice(model));
}

/** Messages are counted as they are written: some are added between others, some are joined. */
function onTheWire(reported: ReportedPart | null, { messages }: ChatRequest, takes: Capabilities): ReportedPart | null {
  if (reported === null) return null;
  const known = wireMessages(messages.slice(0, reported.messages), takes).length;
  // The last of the known ones may have been joined with a new one.
  return { ...reported, messages: Math.max(0, takes.alternatingRoles ? known - 1 : known) };
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
  const read = readCompletion(completion, sentCharacters(body), place);
  deps.tokens.learn(place.model, body, read.reported ? read.reply.usage : null);
  return { kind: 'answered', read };
}

/** A send that learned something is another request to an endpoint that keeps keys. Headers carry ASCII only. */
function idempotencyKey(callId: string, lessons: number): string {
  const key = /^[\x21-\x7e]{1,200}$/.test(callId) ? callId : createHash('sha256').update(callId).digest('hex');
  return lessons === 0 ? key : `${key}.${lessons}`;
}
