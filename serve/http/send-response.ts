/** Sends a web `Response` as fast as its reader takes it, with the headers that every answer has. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Of every response that does not say otherwise: nothing of it is run, framed, stored or told to other sites. */
const usualHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-resource-policy': 'same-origin',
  // Under no-referrer a browser sends a form with the origin `null`, which can't be told from another site's.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** How long a reader may take nothing of what is written. */
const stalledMs = 120_000;

/**
 * Writes no more than the connection takes. Where the reader goes away, or takes nothing for two minutes, the body is cancelled.
 * @param isHead without the body
 */
export async function sendResponse(response: ServerResponse, web: Response, isHead: boolean): Promise<void> {
  if (response.destroyed) {
    await web.body?.cancel();
    return;
  }
  for (const [name, value] of Object.entries(usualHeaders)) response.setHeader(name, value);
  for (const [name, value] of web.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  const cookies = web.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.writeHead(web.status);
  if (web.body === null || isHead) {
    await web.body?.cancel();
    response.end();
    return;
  }
  await pump(web.body, response);
}

async function pump(body: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  response.flushHeaders();
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  response.once('close', cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!response.write(value)) await drained(response);
    }
    response.end();
  } catch {
    // Half of an answer must not look like the whole.
    response.destroy();
  } finally {
    response.off('close', cancel);
  }
}

/** @throws where nothing is taken for too long */
async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const taken = new AbortController();
  const signal = AbortSignal.any([taken.signal, AbortSignal.timeout(stalledMs)]);
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  } finally {
    taken.abort();
  }
}
