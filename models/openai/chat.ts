/** The chat port over any OpenAI-compatible endpoint: one HTTP request a call, after its dialect is learned. */
import { createHash } from 'node:crypto';
import { addUsage } from '../../contracts/usage-sum.ts';
import type { ChatReply, ChatRequest, ModelRole } from '../../contracts/chat.ts';
import { chatBody, type WireBody } from './chat-body.ts';
import { type Allowance, CallDoesNotFit, type Fit, fitted, without } from '../allowance.ts';
import type { ChatModel, ChatOptions, ModelFailure } from '../chat-model.ts';
import { repairedReply } from '../reading/repair-reply.ts';
import { type Slip, slipOf } from '../reading/slips.ts';
import { splitThinking } from '../reading/thinking.ts';
import { type ReadReply, readCompletion, reportedUsage } from './completion-reply.ts';
import { createDialectBook, type DialectBook } from './dialect-lessons.ts';
import type { ErrorBody } from './error-body.ts';
import { embeddedError } from './embedded-error.ts';
import { type CallPlace, statusFailure, timedOut, together } from './failures.ts';
import { createGiveBackBook, type GiveBackBook, originOf, secretsIn, withGiven } from './give-back.ts';
import { createTokenBook, sentCharacters, type TokenBook } from '../token-estimate.ts';
import { type Endpoint, failedSend, openAiUrl, openEndpoint, post } from './client.ts';
import { type ModelAccess, secretsOf } from '../../contracts/model-access.ts';
import type { Transfer } from './read-reply.ts';
import { createStreamBook, type StreamBook, streamFields, type StreamUse } from './stream-book.ts';
import { countUsage } from './token-usage.ts';

export type OpenAiChatSettings = {
  apiKey: string | null;
  /** Null: OpenAI's own. */
  baseUrl: string | null;
  modelByRole: Record<ModelRole, string>;
  /** Bounds a whole call, the sends that learn a dialect included. */
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
};

/** A call sends at most this many times more to learn how the endpoint wants it. */
const lessonsPerCall = 4;

type Deps = {
  settings: OpenAiChatSettings;
  endpoint: Endpoint;
  book: DialectBook;
  streams: StreamBook;
  giveBack: GiveBackBook;
  tokens: TokenBook;
  baseUrl: string;
};
type CallOptions = Pick<ChatOptions, 'signal' | 'callId'>;

/** One instance a process and endpoint: it remembers the dialects that it learned, and how tokens are counted there. */
export function createOpenAiChat(settings: OpenAiChatSettings): ChatModel {
  const baseUrl = settings.baseUrl ?? openAiUrl;
  const deps: Deps = {
    settings,
    endpoint: openEndpoint({ ...settings, baseUrl }),
    book: createDialectBook(baseUrl),
    streams: createStreamBook(settings.stream),
    giveBack: createGiveBackBook(),
    tokens: createTokenBook(),
    baseUrl,
  };
  return { chat: (request, options) => chat(deps, request, options) };
}

async function chat(deps: Deps, request: ChatRequest, options: ChatOptions): Promise<ChatReply> {
  const { settings, book, streams } = deps;
  const model = request.model ?? settings.modelByRole[request.role];
  const secrets = [...secretsOf(settings.apiKey, deps.baseUrl, settings.access), ...secretsIn(request.messages)];
  const place: CallPlace = { baseUrl: deps.baseUrl, model, secrets, spent: null, price: options.price ?? null };
  const deadline = AbortSignal.timeout(Math.ceil(settings.timeoutSeconds * 1000));
  const signal = AbortSignal.any([options.signal, deadline]);
  let starved: ChatReply | null = null;
  for (let lessons = 0; ; lessons += 1) {
    options.signal.throwIfAborted();
    const fit = bodyWithin(deps, request, options.allowance, place);
    if (fit.kind === 'does-not-fit') {
      // It was answered, though with nothing: what the call has paid for is its reply.
      if (starved !== null) return starved;
      throw new CallDoesNotFit(fit, place.spent);
    }
    const { body } = fit;
    const how = streams.of(model);
    const sent = { ...body, ...settings.extraBody[request.role] };
    const attempt = await send(deps, sent, how, { signal, callId: idempotencyKey(options.callId, lessons) }, place);
    if (attempt.kind === 'failed') {
      // The caller's abort is the caller's: whatever it broke on the way is no failure of the endpoint.
      if (options.signal.aborted) throw options.signal.reason;
      place.spent = attempt.failure.usage;
      if (deadline.aborted) throw timedOut(settings.timeoutSeconds, place);
      const slip = attempt.refusal === null ? null : slipOf(attempt.failure.status, attempt.refusal);
      if (slip !== null) return repairedReply(slippedReply(slip, body, place), request);
      const refused = attempt.failure.kind === 'ModelRequestRefused' ? attempt.refusal : null;
      if (refused !== null && lessons < lessonsPerCall) {
        if (book.learn(model, body, refused) || streams.learn(model, how, refused)) continue;
        if (deps.giveBack.learn(model, body.messages, refused)) continue;
      }
      throw attempt.failure;
    }
    const { read } = attempt;
    const usage = place.spent === null ? read.reply.usage : addUsage(place.spent, read.reply.usage);
    const reply = repairedReply({ ...read.reply, usage }, request);
    const mayThink = read.starved && settings.reasoningTokens > 0 && lessons < lessonsPerCall;
    if (!mayThink || !book.learnThinking(model)) return reply;
    place.spent = usage;
    starved = reply;
  }
}

/** The request in the endpoint's dialect, within what is left of the call's allowance. */
function bodyWithin(deps: Deps, request: ChatRequest, allowance: Allowance | undefined, place: CallPlace): Fit {
  const { model, spent } = place;
  const messages = withGiven(request.messages, originOf(place), deps.giveBack.of(model));
  const body = chatBody({ ...request, messages }, model, deps.book.of(model), deps.settings.reasoningTokens);
  if (allowance === undefined) return { kind: 'fits', body };
  const input = deps.tokens.estimate(model, body, allowance.reported);
  return fitted(body, request, input, without(allowance, spent), place.price);
}

type Attempt =
  | { kind: 'answered'; read: ReadReply }
  | { kind: 'failed'; failure: ModelFailure; refusal: ErrorBody | null };

/** One request. Streamed or not, what comes back is one completion. */
async function send(
  deps: Deps,
  body: WireBody,
  how: StreamUse,
  { signal, callId }: CallOptions,
  place: CallPlace,
): Promise<Attempt> {
  const { endpoint, settings } = deps;
  const transfer: Transfer = { streamed: how !== 'whole', idleSeconds: settings.idleSeconds, stream: null };
  const headers = { 'Idempotency-Key': callId };
  let completion: unknown;
  try {
    const request = { ...body, ...streamFields(how) };
    completion = await post(endpoint, { path: 'chat/completions', body: request, headers, signal, transfer });
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
  deps.tokens.learn(place.model, body, read.reported ? read.reply.usage : null);
  return { kind: 'answered', read };
}

/** What came of a stream that broke was paid for; an endpoint seldom lives to say how much it was. */
function withPaid(place: CallPlace, { stream }: Transfer, body: WireBody): CallPlace {
  const received = stream?.written() ?? null;
  if (stream === null || received === null) return place;
  const usage = countUsage(stream.completion().usage, place.price, { sent: sentCharacters(body), received });
  return { ...place, spent: place.spent === null ? usage : addUsage(place.spent, usage) };
}

/** The reply of a model whose server could not read it: what it wrote, at an estimated cost. */
function slippedReply({ problem, wrote }: Slip, body: WireBody, { model, price, spent }: CallPlace): ChatReply {
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
function idempotencyKey(callId: string, lessons: number): string {
  const key = /^[\x21-\x7e]{1,200}$/.test(callId) ? callId : createHash('sha256').update(callId).digest('hex');
  return lessons === 0 ? key : `${key}.${lessons}`;
}
