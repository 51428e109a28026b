/** Hands a request on to another server, under the name that its model has there. */
import type { RecordedRequest } from './scripted-server.ts';
import type { ScriptedReply } from './scripted-server-reply.ts';

/** The upstream's reply; a model name that was changed on the way there is changed back. */
export async function forwardTo(
  upstream: { baseUrl: string; model?: string },
  request: RecordedRequest,
  signal: AbortSignal,
): Promise<ScriptedReply> {
  const path = request.path.replace(/^\/v1/, '');
  const asked = request.body.model;
  const renamed = upstream.model !== undefined && request.method === 'POST';
  const body = renamed ? { ...request.body, model: upstream.model } : request.body;
  const response = await fetch(`${upstream.baseUrl.replace(/\/$/, '')}${path}`, {
    method: request.method,
    headers: { 'content-type': 'application/json' },
    ...(request.method === 'POST' ? { body: JSON.stringify(body) } : {}),
    signal,
  });
  const text = await response.text();
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => name.startsWith('retry-after') || name === 'x-should-retry'),
  );
  const reply: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  const named = renamed && response.ok && typeof reply === 'object' && reply !== null && 'model' in reply;
  return { status: response.status, headers, body: named ? { ...reply, model: asked } : reply };
}
