/** The openai client as every port uses it: no retries, no environment, bodies that it understands, failures by name. */
import OpenAI, { APIError } from 'openai';
import type { ModelFailure } from '../chat-model.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import { type CallPlace, networkFailure, statusFailure, unusableReply } from './failures.ts';
import { strictJson } from '../reading/lenient-json.ts';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export const openAiUrl = 'https://api.openai.com/v1';
/** Compatible servers need no key; the SDK refuses to go without. */
const noKey = 'no-key';

export type ClientSettings = { apiKey: string | null; baseUrl: string; timeoutSeconds: number };

export function createClient({ apiKey, baseUrl, timeoutSeconds }: ClientSettings): OpenAI {
  return new OpenAI({
    apiKey: apiKey ?? noKey,
    baseURL: baseUrl,
    // Null and off keep the SDK from reading the environment and from writing to the console.
    organization: null,
    project: null,
    adminAPIKey: null,
    logLevel: 'off',
    maxRetries: 0,
    // Later than our own deadline, which covers the body too and is told apart from a connection's time-out.
    timeout: timeoutSeconds * 1000 + 10_000,
    fetch: fetchReadable,
  });
}

/** `refusal` is what the endpoint said, where it said something. */
export type FailedSend = { failure: ModelFailure; refusal: ErrorBody | null };

/** Names what the SDK threw. */
export function failedSend(error: unknown, place: CallPlace): FailedSend {
  if (error instanceof APIError && typeof error.status === 'number') {
    const refusal = readErrorBody(JSON.stringify({ error: error.error }));
    const headers = error.headers instanceof Headers ? error.headers : new Headers();
    return { failure: statusFailure(error.status, headers, refusal, place), refusal };
  }
  if (error instanceof SyntaxError) return { failure: unusableReply('the reply is not JSON', place), refusal: null };
  return { failure: networkFailure(error, place), refusal: null };
}

/** What must not be told to anyone: the key, and what a base URL carries. */
export function secretsOf(apiKey: string | null, baseUrl: string): string[] {
  const { username, password, search } = new URL(baseUrl);
  return [apiKey ?? '', password, username, search.slice(1)];
}

/** Gives the SDK bodies that it understands: it drops errors that are not under `error`, and JSON sent as text. */
async function fetchReadable(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await boundedFetch(input, init);
  const headers = new Headers(response.headers);
  headers.set('content-type', 'application/json');
  const text = await response.text();
  const body = response.ok ? strictJson(text) : JSON.stringify({ error: readErrorBody(text) });
  headers.set('content-length', String(Buffer.byteLength(body)));
  return new Response(response.body === null ? null : body, { status: response.status, headers });
}

// HTTP for the openai client: the whole body before it returns, bounded in size, and no time limit but the signal's.

/** A reply of the largest models is well under one megabyte; logprobs can make it ten. */
const maxReplyBytes = 32 * 1024 * 1024;

/**
 * A `fetch` over node:http. Node's own gives up after 300 s without headers, whatever the settings say, which a slow
 * local model needs; and it follows redirects, which would take the request, key and all, elsewhere.
 * @throws the signal's abort, or the socket's error (with its `code`), also when the body is cut short.
 */
async function boundedFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input);
  const incoming = await send(url, init);
  const body = await wholeBody(incoming);
  const status = incoming.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const mayHaveBody = status !== 204 && status !== 205 && status !== 304;
  return new Response(mayHaveBody ? body : null, { status, headers });
}

function send(url: URL, init: RequestInit): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options = {
    method: init.method ?? 'GET',
    headers: { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' },
    ...(init.signal ? { signal: init.signal } : {}),
  };
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve);
  request.on('error', reject);
  request.end(typeof init.body === 'string' ? init.body : undefined);
  return promise;
}

async function wholeBody(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxReplyBytes) throw new Error(`the reply is larger than ${maxReplyBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
