/** Hands a request on to another server, under the name that its model has there. */
import type { RecordedRequest, ScriptedReply } from './scripted-server-reply.ts';

/** The upstream's reply; a model name that was changed on the way there is changed back. */
export async function forwardTo(
  upstream: { baseUrl: string; model?: string },
  request: RecordedRequest,
  signal: AbortSignal,
): Promise<ScriptedReply> {
  const path = request.path.replace(/^\/v1/, '');
  const asked = request.body.model;
  const renamed = upstream.model !== undefined && request.method === 'POST';
  // Asked for in one piece: whether it goes on as a stream is decided here, after it was translated.
  const { stream: _, stream_options: __, ...plain } = request.body;
  const body = renamed ? { ...plain, model: upstream.model } : plain;
  const seen = await fetched(`${upstream.baseUrl.replace(/\/$/, '')}${path}`, {
    method: request.method,
    headers: { 'content-type': 'application/json' },
    ...(request.method === 'POST' ? { body: JSON.stringify(body) } : {}),
    signal,
  });
  // What broke behind us breaks before us: the client sees the upstream's fault.
  if (seen === null) return { fault: 'disconnect' };
  const { response, text } = seen;
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => name.startsWith('retry-after') || name === 'x-should-retry'),
  );
  const reply = parsed(text);
  const named = renamed && response.ok && typeof reply === 'object' && reply !== null && 'model' in reply;
  return { status: response.status, headers, body: named ? { ...reply, model: asked } : reply };
}

async function fetched(url: string, init: RequestInit): Promise<{ response: Response; text: string } | null> {
  try {
    const response = await fetch(url, init);
    return { response, text: await response.text() };
  } catch {
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
