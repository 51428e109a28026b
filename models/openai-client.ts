/** The openai client as every port uses it: no retries, no environment, bodies that it understands, failures by name. */
import OpenAI, { APIError } from 'openai';
import { boundedFetch } from './bounded-fetch.ts';
import type { ModelFailure } from './chat-model.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import { type CallPlace, networkFailure, statusFailure, unusableReply } from './failures.ts';

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
  const body = response.ok ? text : JSON.stringify({ error: readErrorBody(text) });
  headers.set('content-length', String(Buffer.byteLength(body)));
  return new Response(response.body === null ? null : body, { status: response.status, headers });
}
