/** The openai client as every port uses it: no retries, no environment, bodies that it understands, failures by name. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import OpenAI, { APIError } from 'openai';
import type { ModelFailure } from '../chat-model.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import { type CallPlace, fellSilent, networkFailure, statusFailure, unusableReply, webPage } from './failures.ts';
import type { ModelAccess } from '../../contracts/model/access.ts';
import { type Agents, agentsOf, requestOver } from '../../lib/http-request.ts';
import { keyHeaders, requestUrl } from './addresses.ts';
import { createEventReader } from './streaming/event-stream.ts';
import { readReply, type Transfer } from './streaming/read-reply.ts';
import { BrokenStream } from './streaming/streamed-completion.ts';
import { strictJson } from '../reading/lenient-json.ts';

/** Compatible servers need no key; the SDK refuses to go without. */
const noKey = 'no-key';

export type ClientSettings = { apiKey: string | null; baseUrl: string; timeoutSeconds: number; access: ModelAccess };

/** One endpoint: its client, the connections to it, and whether anything but refusals ever came from it. */
export type Endpoint = { client: OpenAI; baseUrl: string; agents: Agents; hasAnswered: boolean };

/** Of the request that is being made. The SDK hands its fetch nothing of ours, and a client for each request costs more than the request. */
const transfers = new AsyncLocalStorage<Transfer>();

/** @throws Error where the settings name a file of certificates that cannot be read */
export function openEndpoint({ apiKey, baseUrl, timeoutSeconds, access }: ClientSettings): Endpoint {
  const connection = { baseUrl, agents: agentsOf(access.network), hasAnswered: false };
  const client: OpenAI = new OpenAI({
    fetch: (input, init) => fetchReadable(connection, input, init),
    apiKey: apiKey ?? noKey,
    baseURL: baseUrl,
    defaultHeaders: { ...keyHeaders(apiKey, baseUrl, access.keyHeader), ...access.headers },
    // Null and off keep the SDK from reading the environment and from writing to the console.
    organization: null,
    project: null,
    adminAPIKey: null,
    logLevel: 'off',
    maxRetries: 0,
    // Later than our own deadline, which covers the body too and is told apart from a connection's time-out.
    timeout: timeoutSeconds * 1000 + 10_000,
  });
  return Object.assign(connection, { client });
}

export type Post = {
  path: 'chat/completions' | 'embeddings';
  body: { model: string };
  headers: Record<string, string>;
  signal: AbortSignal;
  transfer: Transfer;
};

/** The parsed reply. @throws what `failedSend` names */
export function post(endpoint: Endpoint, { path, body, headers, signal, transfer }: Post): Promise<unknown> {
  const { client, baseUrl } = endpoint;
  const url = requestUrl(baseUrl, path, body.model);
  return transfers.run(transfer, () => client.post<unknown>(url, { body, headers, signal }));
}

/** `refusal` is what the endpoint said, where it said something. */
export type FailedSend = { failure: ModelFailure; refusal: ErrorBody | null };

/** Names what the SDK threw. */
export function failedSend(error: unknown, place: CallPlace): FailedSend {
  if (error instanceof APIError && typeof error.status === 'number') {
    // As `fetchReadable` has put it there.
    const refusal = error.error as ErrorBody;
    const headers = error.headers instanceof Headers ? error.headers : new Headers();
    return { failure: statusFailure(error.status, headers, refusal, place), refusal };
  }
  const broken = causeOf(error, BrokenStream);
  if (broken !== null) return failedStream(broken, place);
  const page = causeOf(error, WebPage);
  if (page !== null) return { failure: webPage(place, page), refusal: null };
  if (error instanceof SyntaxError) return { failure: unusableReply('the reply is not JSON', place), refusal: null };
  return { failure: networkFailure(error, place), refusal: null };
}

/** The SDK puts what its fetch throws into errors of its own. */
function causeOf<Cause extends Error>(error: unknown, kind: new (...given: never[]) => Cause): Cause | null {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof kind) return at;
  return null;
}

function failedStream({ message, sent, silentSeconds }: BrokenStream, place: CallPlace): FailedSend {
  if (silentSeconds !== null) return { failure: fellSilent(silentSeconds, place), refusal: null };
  if (sent === null) return { failure: unusableReply(message, place), refusal: null };
  return { failure: statusFailure(sent.status, new Headers(), sent.body, place), refusal: sent.body };
}

/** Gives the SDK bodies that it understands: it drops errors that are not under `error`, and JSON sent as text. */
async function fetchReadable(
  endpoint: Omit<Endpoint, 'client'>,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const transfer = transfers.getStore();
  if (transfer === undefined) throw new Error('a request of the client that post() has not made');
  const url = new URL(input instanceof Request ? input.url : input);
  const incoming = await requestOver(endpoint.agents, url, {
    method: init.method ?? 'GET',
    headers: { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' },
    body: typeof init.body === 'string' ? init.body : null,
    signal: init.signal ?? null,
  });
  const status = incoming.statusCode ?? 0;
  const isOk = status >= 200 && status < 300;
  const text = await readReply(incoming, isOk ? transfer : { ...transfer, streamed: false });
  if (isOk && isPage(text)) throw new WebPage(endpoint.hasAnswered || aboutState.test(text.slice(0, 10_000)));
  endpoint.hasAnswered ||= isOk;
  const body = isOk ? strictJson(text) : JSON.stringify({ error: refusalIn(text, incoming, url) });
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  headers.set('content-type', 'application/json');
  headers.set('content-length', String(Buffer.byteLength(body)));
  const mayHaveBody = status !== 204 && status !== 205 && status !== 304;
  return new Response(mayHaveBody ? body : null, { status, headers });
}

/** What came with 200 is a page for people. */
class WebPage extends Error {
  /** Whether the endpoint has answered before, so that the page is about its state. */
  readonly isPassing: boolean;
  constructor(isPassing: boolean) {
    super('the reply is a web page');
    this.name = 'WebPage';
    this.isPassing = isPassing;
  }
}

/** A gateway's notice about what is behind it. */
const aboutState =
  /bad gateway|unavailable|maintenance|temporar|try again|time-?out|timed out|overload|too many requests/i;

const isPage = (text: string): boolean => /^\uFEFF?\s*<(!doctype|html|head|body)\b/i.test(text.slice(0, 1000));

/** Redirects are not followed, since the key would go along: whoever reads the message is told where to. */
function refusalIn(text: string, { statusCode = 0, headers: { location } }: IncomingMessage, asked: URL): ErrorBody {
  const said = readErrorBody(withoutEvents(text));
  const target = statusCode < 400 && location !== undefined ? URL.parse(location, asked.href) : null;
  return target === null ? said : { ...said, message: `it redirects to ${target.origin}${target.pathname}` };
}

/** A refusal may come as the first event of a stream. */
function withoutEvents(text: string): string {
  if (!/^\s*(event|data):/.test(text)) return text;
  const reader = createEventReader();
  const [first] = [...reader.push(Buffer.from(text.trimStart())), ...reader.end()];
  return first?.lines.join('\n') ?? text;
}
