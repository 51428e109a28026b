/** Reaches a foreign server over Streamable HTTP: by our proxies and certificates, no redirects, and bounded in size. */
import { pipeline, Readable, Transform } from 'node:stream';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ForeignServer } from '../contracts/foreign/servers.ts';
import { agentsOf, type Network, requestOver } from '../lib/http-request.ts';
import { messageBytes } from './bounds.ts';

export function httpServer(
  { url, headers }: Extract<ForeignServer, { url: string }>,
  network: Network,
): StreamableHTTPClientTransport {
  return new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    fetch: (input, init) => boundedFetch(network, input, init),
    // A stream that breaks is not taken up again: the call fails, and is made again where it may be.
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 1_000,
      reconnectionDelayGrowFactor: 1,
    },
  });
}

async function boundedFetch(network: Network, input: string | URL, init: RequestInit = {}): Promise<Response> {
  const incoming = await requestOver(agentsOf(network), new URL(input), {
    method: init.method ?? 'GET',
    headers: { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' },
    body: typeof init.body === 'string' ? init.body : null,
    signal: init.signal ?? null,
  });
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const status = incoming.statusCode ?? 502;
  const mayHaveBody = status !== 204 && status !== 205 && status !== 304;
  if (!mayHaveBody) incoming.resume();
  // An end in the middle is passed on as an error: whoever reads the body hears of it.
  const body = mayHaveBody ? Readable.toWeb(pipeline(incoming, bound(messageBytes), () => {})) : null;
  return new Response(body as ReadableStream | null, { status, headers });
}

/** Fails once more bytes have come than this. */
function bound(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(new Error(`more than ${most} bytes came`));
      else done(null, chunk);
    },
  });
}
