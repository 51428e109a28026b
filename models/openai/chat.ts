/** The chat port over any OpenAI-compatible endpoint: one HTTP request a call, once it is known what the endpoint takes. */
import { createHash } from 'node:crypto';
import { addUsage } from '../../contracts/usage-sum.ts';
import type { ChatReply, ChatRequest, ModelRole } from '../../contracts/chat.ts';
import { type ModelAccess, secretsOf } from '../../contracts/model/access.ts';
import type { Capabilities, CapabilityOverride, CapabilityRow } from '../../contracts/model/capabilities.ts';
import { type Allowance, CallDoesNotFit, type Fit, fitted, without } from '../allowance.ts';
import type { ChatModel, ChatOptions, ModelFailure, ReplyListener } from '../chat-model.ts';
import { repairedReply } from '../reading/repair-reply.ts';
import { type Slip, slipOf } from '../reading/slips.ts';
import { splitThinking } from '../reading/thinking.ts';
import { createTokenBook, type ReportedPart, sentCharacters, type TokenBook } from '../token-estimate.ts';
import { CallLearning } from './call-learning.ts';
import { type CapabilityBook, createCapabilityBook } from './capability-book.ts';
import { chatBody, type SentBody, streamFields, type WireBody, wireMessages } from './chat-body.ts';
import { type Endpoint, failedSend, openEndpoint, post } from './client.ts';
import { openAiUrl } from './addresses.ts';
import { type ReadReply, readCompletion, reportedUsage } from './completion-reply.ts';
import { embeddedError } from './embedded-error.ts';
import type { ErrorBody } from './error-body.ts';
import { type CallPlace, statusFailure, timedOut, together } from './failures.ts';
import { originOf, secretsIn, withGiven } from './give-back.ts';
import type { Transfer } from './streaming/read-reply.ts';
import { countUsage } from './token-usage.ts';

export type OpenAiChatSettings = {
  apiKey: string | null;
  /** Null: OpenAI's own. */
  baseUrl: string | null;
  modelByRole: Record<ModelRole, string>;
  /** Bounds a whole call, the sends that learn what the endpoint takes included. */
  timeoutSeconds: number;
  /** Output tokens allowed on top to models that think first. */
  reasoningTokens: number;
  access: ModelAccess;
  /** False: replies are asked for in one piece, unless the endpoint only streams. */
  stream: boolean;
  /** How long a stream may be silent once the reply has begun. */
  idleSeconds: number;
  /** Fields added to each request of a role. */
  extraBody: Partial<Record<ModelRole, Record<string, unknown>>>;
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

type Deps = {
  settings: OpenAiChatSettings;
  endpoint: Endpoint;
  book: CapabilityBook;
  tokens: TokenBook;
  baseUrl: string;
};
type CallOptions = Pick<ChatOptions, 'signal' | 'callId'> & { listener: ReplyListener | undefined };

/**
 * One instance a process and endpoint: it remembers what it learned, and how tokens are counted there.
 * @throws Error where the settings name a file of certificates that cannot be read
 */
export function createOpenAiChat(settings: OpenAiChatSettings): OpenAiChat {
  const baseUrl = settings.baseUrl ?? openAiUrl;
  const deps: Deps = {
    settings,
    endpoint: openEndpoint({ ...settings, baseUrl }),
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
  const place = placeOf(deps, request, options);
  const { model } = place;
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
    const sent = asSent(deps, request, fit.body);
    const callId = idempotencyKey(options.callId, sends);
    options.listener?.begins();
    const attempt = await send(deps, sent, { signal, callId, listener: options.listener }, place);
    if (attempt.kind === 'failed') {
      // The caller's abort is the caller's: whatever it broke on the way is no failure of the endpoint.
      if (options.signal.aborted) throw options.signal.reason;
      const { failure, refusal } = attempt;
      place.spent = failure.usage;
      if (deadline.aborted) throw timedOut(settings.timeoutSeconds, place);
      const slip = refusal === null ? null : slipOf(failure.status, refusal);
      if (slip !== null) return repairedReply(slippedReply(slip, sent, place), request);
      const refused = failure.kind === 'ModelRequestRefused' ? refusal : null;
      const next = () => asSent(deps, request, wholeBody(deps, request, place));
      if (refused !== null && sends < lessonsPerCall && learning.learns(sent, refused, next)) continue;
      learning.failed();
      throw failure;
    }
    const { read } = attempt;
    book.answered(model, sent, read.reply.model);
    const usage = place.spent === null ? read.reply.usage : addUsage(place.spent, read.reply.usage);
    const reply = repairedReply({ ...read.reply, usage }, request);
    const mayThink = read.starved && settings.reasoningTokens > 0 && sends < lessonsPerCall;
    if (!mayThink || !book.learnThinking(model)) return reply;
    place.spent = usage;
    starved = reply;
  }
}

function placeOf({ settings, baseUrl }: Deps, request: ChatRequest, { price = null }: ChatOptions): CallPlace {
  const secrets = [...secretsOf(settings.apiKey, baseUrl, settings.access), ...secretsIn(request.messages)];
  return { baseUrl, model: request.model ?? settings.modelByRole[request.role], secrets, spent: null, price };
}

/** The request as the endpoint takes it, within what is left of the call's allowance. */
function bodyWithin(deps: Deps, request: ChatRequest, allowance: Allowance | undefined, place: CallPlace): Fit {
  const { model, spent, price } = place;
  const body = wholeBody(deps, request, place);
  if (allowance === undefined) return { kind: 'fits', body };
  const takes = deps.book.of(model);
  const input = deps.tokens.estimate(model, body, onTheWire(allowance.reported, request, takes));
  return fitted(body, { ...request, ...takes }, input, without(allowance, spent), price);
}

/** The request as the endpoint takes it, with what it gave before and wants back. */
function wholeBody({ book, settings }: Deps, request: ChatRequest, place: CallPlace): WireBody {
  const takes = book.of(place.model);
  const messages = withGiven(request.messages, originOf(place), takes);
  return chatBody({ ...request, messages }, place.model, takes, settings.reasoningTokens);
}

/** With how it is to be answered, and the user's own fields. */
function asSent({ book, settings }: Deps, { role }: ChatRequest, body: WireBody): SentBody {
  return { ...body, ...streamFields(book.of(body.model), settings.stream), ...settings.extraBody[role] };
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

/** One request. Streamed or not, what comes back is one completion. */
async function send(
  { endpoint, settings, tokens }: Deps,
  body: SentBody,
  { signal, callId, listener }: CallOptions,
  place: CallPlace,
): Promise<Attempt> {
  const transfer: Transfer = {
    streamed: body.stream === true,
    idleSeconds: settings.idleSeconds,
    stream: null,
    ...(listener && { onText: (piece) => listener.says(piece) }),
  };
  const headers = { 'Idempotency-Key': callId };
  let completion: unknown;
  try {
    completion = await post(endpoint, { path: 'chat/completions', body, headers, signal, transfer });
  } catch (error) {
    return { kind: 'failed', ...failedSend(error, withPaid(place, transfer, body)) };
  }
  const inside = embeddedError(completion);
  if (inside !== null) {
    const spent = together(place.spent, reportedUsage(completion, place));
    const failure = statusFailure(inside.status, new Headers(), inside.body, { ...place, spent });
    return { kind: 'failed', failure, refusal: inside.body };
  }
  const read = readCompletion(completion, sentCharacters(body), place);
  tokens.learn(place.model, body, read.reported ? read.reply.usage : null);
  return { kind: 'answered', read };
}

/** What came of a stream that broke was paid for; an endpoint seldom lives to say how much it was. */
function withPaid(place: CallPlace, { stream }: Transfer, body: SentBody): CallPlace {
  const received = stream?.written() ?? null;
  if (stream === null || received === null) return place;
  const usage = countUsage(stream.completion().usage, place.price, { sent: sentCharacters(body), received });
  return { ...place, spent: together(place.spent, usage) };
}

/** The reply of a model whose server could not read it: what it wrote, at an estimated cost. */
function slippedReply({ problem, wrote }: Slip, body: SentBody, { model, price, spent }: CallPlace): ChatReply {
  const usage = countUsage(null, price, { sent: sentCharacters(body), received: wrote.length });
  return {
    text: splitThinking(wrote).text,
    toolCalls: [],
    finishReason: 'unknown',
    logprobs: null,
    model,
    usage: spent === null ? usage : addUsage(spent, usage),
    slip: problem,
  };
}

/** A send that learned something is another request to an endpoint that keeps keys. Headers carry ASCII only. */
function idempotencyKey(callId: string, sends: number): string {
  const key = /^[\x21-\x7e]{1,200}$/.test(callId) ? callId : createHash('sha256').update(callId).digest('hex');
  return sends === 0 ? key : `${key}.${sends}`;
}
