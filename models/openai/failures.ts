/** Names every way in which a model call fails: one table from status and words to a kind, first row that fits wins. */

import { type FailureKind, failureKinds } from '../../contracts/failures.ts';
import type { Usage } from '../../contracts/chat.ts';
import { addUsage } from '../../contracts/usage-sum.ts';
import { ModelFailure, type ModelFailureFacts } from '../chat-model.ts';
import type { ErrorBody } from './error-body.ts';
import { redactMessage } from '../../lib/redaction.ts';
import { systemErrorCode } from '../../lib/errors.ts';
import type { ModelPrice } from '../../contracts/model-price.ts';

/** Which call failed: the endpoint, the model asked for, the keys that must not be told, and what is paid so far. */
export type CallPlace = {
  baseUrl: string;
  model: string;
  secrets: readonly string[];
  spent: Usage | null;
  /** Of the model; null where it is not known, or where nothing is counted. */
  price: ModelPrice | null;
  /** Where the call goes by settings of its own: their names, by those of the chat model's. */
  settings?: Readonly<Record<string, string>>;
};

type Row = { statuses: readonly [number, number][]; says?: RegExp; kind: FailureKind; setting?: string };

const only = (...statuses: number[]): [number, number][] => statuses.map((status) => [status, status]);

/** Wordings of OpenAI, Azure, vLLM, llama.cpp, llama-cpp-python, Ollama, LM Studio, Anthropic and TGI. */
const tooLong = new RegExp(
  [
    'context_length_exceeded|exceed_context_size|string_above_max_length|request_too_large|maximum context length',
    'exceed\\w{0,10}( \\S+){0,4} context|context \\S+ (has been )?exceeded|greater than the context length|context the overflows',
    'too large to process|input length \\S+ exceeds|input tokens exceed|prompt is too long|prompt too long|n_keep .* n_ctx',
    'longer than the maximum model length|max_tokens must be at least 1, got -|reduce the length of the (messages|prompt|input)',
    '`?inputs`? (tokens )?(\\+ .max_new_tokens. )?must (be|have) (<=|less than)',
  ].join('|'),
  'i',
);
const spentQuota =
  /insufficient_quota|billing_hard_limit_reached|billing_not_active|insufficient[ _-](balance|credits?|funds)|credit balance is too low|no (balance|credits?)( is| are)? left|out of credits/i;
const badKey = /invalid_api_key|api[ _-]key (is )?(not valid|invalid)|(invalid|incorrect) api[ _-]key/i;
const filtered =
  /content_filter|content_policy|content management policy|responsibleai|\bflagged\b|\bmoderation\b|usage policy/i;

const rows: readonly Row[] = [
  { statuses: [[400, 499]], says: spentQuota, kind: 'ModelQuotaSpent' },
  { statuses: only(402), kind: 'ModelQuotaSpent' },
  { statuses: only(401), kind: 'ModelKeyRejected' },
  { statuses: only(400), says: badKey, kind: 'ModelKeyRejected' },
  { statuses: only(400, 403, 422), says: filtered, kind: 'ModelContentFiltered' },
  { statuses: only(403), kind: 'ModelForbidden' },
  { statuses: only(400, 413, 422, 500), says: tooLong, kind: 'ModelContextTooLong' },
  // OpenAI's 429 for one request above the whole minute's tokens: it would never pass.
  { statuses: only(429), says: /request too large/i, kind: 'ModelContextTooLong' },
  // llama-cpp-python's 500 for a body that does not fit its types: the same bytes will never pass.
  { statuses: only(500), says: /validation errors?:|'loc': \('body'/i, kind: 'ModelRequestRefused' },
  { statuses: only(413), kind: 'ModelContextTooLong' },
  { statuses: only(400), says: /model_not_found|model \S+ (not found|does not exist)/i, kind: 'ModelNotFound' },
  { statuses: only(404), says: /model/i, kind: 'ModelNotFound' },
  { statuses: only(404), kind: 'ModelNotFound', setting: 'OPENAI_BASE_URL' },
  { statuses: [...only(405), [300, 399]], kind: 'ModelRequestRefused', setting: 'OPENAI_BASE_URL' },
  { statuses: only(408, 409, 425, 429), kind: 'ModelBusy' },
  { statuses: [[400, 499]], kind: 'ModelRequestRefused' },
];

const happenings: Partial<Record<FailureKind, string>> = {
  ModelKeyRejected: 'the API key was rejected',
  ModelForbidden: 'access is forbidden',
  ModelNotFound: 'there is no such model, or no such path',
  ModelRequestRefused: 'the request was refused',
  ModelContentFiltered: 'a content filter stopped the call',
  ModelContextTooLong: 'the request is longer than the model takes',
  ModelQuotaSpent: 'the quota is spent',
  ModelBusy: 'the endpoint is busy',
  ModelUnavailable: 'the endpoint is unavailable',
  ModelTimedOut: 'the call took too long',
};

/** The failure that an HTTP status other than 2xx means, with the wait that its headers ask for. */
export function statusFailure(status: number, headers: Headers, body: ErrorBody, place: CallPlace): ModelFailure {
  const words = `${body.code ?? ''} ${body.type ?? ''} ${body.message}`;
  const row = rows.find(({ statuses, says }) => {
    return statuses.some(([from, to]) => status >= from && status <= to) && (says?.test(words) ?? true);
  });
  return failure(row?.kind ?? 'ModelUnavailable', `${status}: ${body.message || 'no words'}`, place, {
    status,
    retryAfterMs: retryAfterMs(headers, Date.now()),
    retry: headers.get('x-should-retry') !== 'false',
    ...(row?.setting === undefined ? {} : { setting: row.setting }),
  });
}

/** No response, or a cut one. The socket's code (ECONNREFUSED, ENOTFOUND, …) tells more than the message. */
export function networkFailure(error: unknown, place: CallPlace): ModelFailure {
  const chain: string[] = [];
  for (let at = error; at instanceof Error && chain.length < 4; at = at.cause) {
    const code = systemErrorCode(at);
    chain.unshift(code === null || at.message.includes(code) ? at.message : `${code} ${at.message}`);
  }
  return failure('ModelUnavailable', chain[0] ?? 'connection error', place);
}

/** A response that came with 200 and is no reply: may be better the next time. */
export function unusableReply(problem: string, place: CallPlace, usage: Usage | null = null): ModelFailure {
  return failure('ModelUnavailable', problem, place, { status: 200, usage });
}

export function timedOut(seconds: number, place: CallPlace): ModelFailure {
  return failure('ModelTimedOut', `no whole reply within ${seconds} s`, place);
}

export function fellSilent(seconds: number, place: CallPlace): ModelFailure {
  const setting = 'SWITCHYARD_MODEL_IDLE_SECONDS';
  return failure('ModelTimedOut', `silent for ${seconds} s in the middle of the reply`, place, { setting });
}

/** The model's words were withheld; what they cost is in `usage`. */
export function contentFiltered(place: CallPlace, usage: Usage): ModelFailure {
  return failure('ModelContentFiltered', 'the reply ended with finish_reason content_filter', place, { usage });
}

/** What the call had paid before, and what it has paid for this reply. */
export function together(before: Usage | null, now: Usage | null): Usage | null {
  return before === null || now === null ? (now ?? before) : addUsage(before, now);
}

/** Of what an endpoint says: more than is shown, so that what is taken out leaves enough. */
const maxSeen = 4_000;

function failure(kind: FailureKind, seen: string, place: CallPlace, facts: ModelFailureFacts = {}): ModelFailure {
  const general = facts.setting ?? failureKinds[kind].setting;
  const setting = general === null ? null : (place.settings?.[general] ?? general);
  const parts = [
    `${happenings[kind] ?? kind} (${oneLine(redactMessage(seen.slice(0, maxSeen), place.secrets), 400)})`,
    `${oneLine(redactMessage(place.model, place.secrets), 100)} at ${oneLine(redactMessage(shownUrl(place.baseUrl), place.secrets), 200)}`,
    ...(setting === null ? [] : [`look at ${setting}`]),
  ];
  return new ModelFailure(kind, parts.join('; '), {
    ...facts,
    usage: together(place.spent, facts.usage ?? null),
    setting,
  });
}

/** Reads how long an endpoint asks its callers to wait. */

/**
 * Milliseconds from `retry-after-ms`, else from `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3), in full:
 * whoever waits decides what is too long. Null when neither header says a time.
 */
function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const milliseconds = amount(headers.get('retry-after-ms'));
  if (milliseconds !== null) return Math.ceil(milliseconds);
  const text = headers.get('retry-after');
  const seconds = amount(text);
  if (seconds !== null) return Math.ceil(seconds * 1000);
  // A bare or negative number is no HTTP date, though Date.parse would make one of it.
  const date = text === null || !/[a-z]/i.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

function amount(text: string | null): number | null {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}

// Makes text from an endpoint fit for an error message: one line, short, and without keys.

/** One line of at most `length` characters, control characters gone. */
function oneLine(text: string, length: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** A base URL for people: no user, password, query or fragment. */
function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/(?<!\/)\/+$/, '')}`;
}
