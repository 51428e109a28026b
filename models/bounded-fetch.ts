/** HTTP for the openai client: the whole body before it returns, bounded in size, and no time limit but the signal's. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A reply of the largest models is well under one megabyte; logprobs can make it ten. */
const maxReplyBytes = 32 * 1024 * 1024;

/**
 * A `fetch` over node:http. Node's own gives up after 300 s without headers, whatever the settings say, which a slow
 * local model needs; and it follows redirects, which would take the request, key and all, elsewhere.
 * @throws the signal's abort, or the socket's error (with its `code`), also when the body is cut short.
 */
export async function boundedFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
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
