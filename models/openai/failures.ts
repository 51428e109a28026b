/** Names every way in which a model call fails: one table from status and words to a kind, first row that fits wins. */

import { type FailureKind, failureKinds } from '../../contracts/failures.ts';
import type { Usage } from '../../contracts/chat.ts';
import { addUsage } from '../../contracts/usage-sum.ts';
import { ModelFailure, type ModelFailureFacts } from '../chat-model.ts';
import type { ErrorBody } from './error-body.ts';
import { aboutInputLength, refusesFeature, refusesTools, startedWithoutTools } from './refusal-words.ts';
import { delayInHeaders, delayInWords } from './retry-delay.ts';
import { redactMessage } from '../../lib/redaction.ts';
import { systemErrorCode } from '../../lib/errors.ts';
import type { ModelPrice } from '../../contracts/model/price.ts';

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

type Says = RegExp | ((body: ErrorBody) => boolean);
/** `seen`: what happened, where it is more than the kind says. */
type Row = { statuses: readonly [number, number][]; says?: Says; kind: FailureKind; setting?: string; seen?: string };

const only = (...statuses: number[]): [number, number][] => statuses.map((status) => [status, status]);

const spentQuota =
  /insufficient_quota|billing_hard_limit_reached|billing_not_active|insufficient[ _-](balance|credits?|funds)|credit balance is too low|no (balance|credits?)( is| are)? left|out of credits/i;
const badKey = /invalid_api_key|api[ _-]key (is )?(not valid|invalid)|(invalid|incorrect) api[ _-]key/i;
const filtered =
  /content_filter|content_policy|content management policy|responsibleai|\bflagged\b|\bmoderation\b|usage policy/i;

/** A key that came, though not where the endpoint looks: Azure's `api-key`, Anthropic's and Google's headers. */
const keyElsewhere =
  /(missing|no|without|provide|include|expect|require).{0,60}(api[ -]?key|subscription key|credential|header)|(api[ -]?key|subscription key|header).{0,60}(missing|not (found|provided|present)|required|absent)/i;
const keyHeader = 'SWITCHYARD_MODEL_API_KEY_HEADER';

const unknownModel =
  /model_?not_?found|invalid_model|DeploymentNotFound|(no such|unknown|invalid) model|not a valid model|model not exist|\bmodels?\b.{0,120}(not found|not exist|does not exist|not available|unknown|no access|not loaded|not been loaded)|(no endpoints? found|no allowed providers).{0,40}\b(for|model)\b/i;
/** A 400 is about the model only where no field is meant: "model x: unknown parameter". */
function isUnknownModel(body: ErrorBody): boolean {
  return unknownModel.test(`${body.code ?? ''} ${body.type ?? ''} ${body.message}`) && !refusesFeature(body);
}
/** What web servers and gateways say of an address that they do not serve. */
const unknownPath =
  /<!doctype|<html|\bpage not found|cannot (get|post) \/|no route|route .{0,80}not found|invalid url|unknown (request )?(url|path|endpoint|route)|path .{0,80}not found|resource not found|endpoint .{0,80}(not found|not exist)|unsupported path/i;

const rows: readonly Row[] = [
  { statuses: [[400, 499]], says: spentQuota, kind: 'ModelQuotaSpent' },
  { statuses: only(402), kind: 'ModelQuotaSpent' },
  {
    statuses: only(401),
    says: ({ message }) => keyElsewhere.test(message) && !badKey.test(message),
    kind: 'ModelKeyRejected',
    setting: keyHeader,
    seen: 'the API key was not seen: the endpoint may look for it in another header',
  },
  { statuses: only(401), kind: 'ModelKeyRejected' },
  { statuses: only(400), says: badKey, kind: 'ModelKeyRejected' },
  { statuses: only(400, 403, 422), says: filtered, kind: 'ModelContentFiltered' },
  // Not by its status: a router's 404, a 403 for logprobs, a template's 500 are about what was asked for.
  { statuses: only(403, 404, 500, 501), says: refusesFeature, kind: 'ModelRequestRefused' },
  { statuses: only(403), kind: 'ModelForbidden' },
  { statuses: only(400, 413, 422, 500), says: aboutInputLength, kind: 'ModelContextTooLong' },
  // OpenAI's 429 for one request above the whole minute's tokens: it would never pass.
  { statuses: only(429), says: /request too large/i, kind: 'ModelContextTooLong' },
  // llama-cpp-python's 500 for a body that does not fit its types: the same bytes will never pass.
  { statuses: only(500), says: /validation errors?:|'loc': \('body'/i, kind: 'ModelRequestRefused' },
  { statuses: only(413), kind: 'ModelContextTooLong' },
  { statuses: only(400, 422), says: isUnknownModel, kind: 'ModelNotFound' },
  {
    statuses: only(404),
    says: unknownPath,
    kind: 'ModelNotFound',
    setting: 'OPENAI_BASE_URL',
    seen: 'there is nothing at that path',
  },
  { statuses: only(404), says: unknownModel, kind: 'ModelNotFound', seen: 'there is no such model' },
  { statuses: only(404), says: /\bmodels?\b/i, kind: 'ModelNotFound' },
  {
    statuses: only(404),
    kind: 'ModelNotFound',
    setting: 'OPENAI_BASE_URL',
    seen: 'there is nothing at that path',
  },
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

/** The failure that an HTTP status other than 2xx means, with the wait that its headers or its body ask for. */
export function statusFailure(status: number, headers: Headers, body: ErrorBody, place: CallPlace): ModelFailure {
  const words = `${body.code ?? ''} ${body.type ?? ''} ${body.message}`;
  const row = rows.find(({ statuses, says }) => {
    if (!statuses.some(([from, to]) => status >= from && status <= to)) return false;
    return typeof says === 'function' ? says(body) : (says?.test(words) ?? true);
  });
  const kind = row?.kind ?? 'ModelUnavailable';
  const about = aboutTools(kind, body) ?? aboutPath(row, place) ?? row ?? {};
  const waits = kind === 'ModelBusy' || kind === 'ModelUnavailable';
  return failure(kind, `${status}: ${body.message || 'no words'}`, place, {
    status,
    retryAfterMs:
      delayInHeaders(headers, Date.now()) ?? (waits ? (body.retryAfterMs ?? delayInWords(body.message)) : null),
    retry: headers.get('x-should-retry') !== 'false',
    ...(about.setting === undefined ? {} : { setting: about.setting }),
    ...(about.seen === undefined ? {} : { seen: about.seen }),
  });
}

type About = { setting?: string; seen?: string };

function aboutTools(kind: FailureKind, { message, param }: ErrorBody): About | null {
  const named = param === 'tools' ? 'tools: ' : '';
  if (kind !== 'ModelRequestRefused' || !refusesTools(named + message)) return null;
  const options = startedWithoutTools(message);
  if (options === null) return { seen: 'this model takes no tools, so it cannot be a specialist: choose another' };
  return {
    seen: `the server was started without a tool parser: start it with ${options}`,
    setting: `the options ${options} of the server`,
  };
}

/** Most endpoints have `/v1` in their address, and it is easily forgotten. */
function aboutPath(row: Row | undefined, place: CallPlace): About | null {
  return row?.setting === 'OPENAI_BASE_URL' && row.seen !== undefined ? pathFacts(place) : null;
}

function pathFacts({ baseUrl }: CallPlace): { setting: string; seen: string } {
  const url = `${shownUrl(baseUrl)}/chat/completions`;
  const hint = /\/v\d|\/openai|\/deployments\//.test(new URL(baseUrl).pathname)
    ? ''
    : '; the address usually ends in /v1';
  return { setting: 'OPENAI_BASE_URL', seen: `there is nothing at ${url}${hint}` };
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

/** A page for people, with 200: of a server that has answered before a notice, of another one the sign of a wrong address. */
export function webPage(place: CallPlace, { isPassing }: { isPassing: boolean }): ModelFailure {
  const said = '200: the reply is a web page';
  if (isPassing) return unusableReply(said, place);
  return failure('ModelNotFound', said, place, { status: 200, ...pathFacts(place) });
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

function failure(
  kind: FailureKind,
  said: string,
  place: CallPlace,
  { seen, ...facts }: ModelFailureFacts & { seen?: string } = {},
): ModelFailure {
  const general = facts.setting ?? failureKinds[kind].setting;
  const setting = general === null ? null : (place.settings?.[general] ?? general);
  const parts = [
    `${seen === undefined ? (happenings[kind] ?? kind) : oneLine(redactMessage(seen, place.secrets), 300)} (${oneLine(redactMessage(said.slice(0, maxSeen), place.secrets), 400)})`,
    `${oneLine(redactMessage(place.model, place.secrets), 100)} at ${oneLine(redactMessage(shownUrl(place.baseUrl), place.secrets), 200)}`,
    ...(setting === null ? [] : [`look at ${setting}`]),
  ];
  return new ModelFailure(kind, parts.join('; '), {
    ...facts,
    usage: together(place.spent, facts.usage ?? null),
    setting,
  });
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
