/** Carries out the faults that hit a request on its way, before or instead of a good reply. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../server/api-error.ts';
import type { Fault, FaultSpec } from './fault-spec.ts';
import type { ChatBody } from '../server/chat-request.ts';
import { blocks } from '../policy/conversation.ts';
import type { PolicyReply } from '../policy/reply.ts';

/** How the log names a fault. */
export const faultName = (fault: Fault | null): string | null => {
  if (fault === null) return null;
  if (fault.kind !== 'status') return fault.kind;
  return fault.quota ? 'quota' : String(fault.status);
};

const codes: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
};

/** The error that a status fault answers with; `Retry-After` goes with 429 and 503 when the switch sets it. */
export function statusError(fault: Fault & { kind: 'status' }, spec: FaultSpec): ApiError {
  const waits = !fault.quota && (fault.status === 429 || fault.status === 503) && spec.retryAfterSeconds !== null;
  const code = fault.quota ? 'insufficient_quota' : codes[fault.status];
  return new ApiError(fault.status, `status ${fault.status}, made by the fault switch of the offline model`, {
    ...(fault.status === 429 ? { type: fault.quota ? 'insufficient_quota' : 'requests' } : {}),
    ...(code === undefined ? {} : { code }),
    headers: waits ? { 'retry-after': String(spec.retryAfterSeconds) } : {},
  });
}

/** Ends when the connection is gone. */
export const untilGone = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** A body that is ready to be sent: a stream goes out event by event. */
export type ReadyBody = { contentType: string; body: string };

/** How a stream goes out: milliseconds between its events, until the connection is gone. */
type Sending = { paceMs: number; gone: AbortSignal };

/** Sends the whole body. */
export async function sendBody(
  response: ServerResponse,
  { contentType, body }: ReadyBody,
  sending: Sending,
): Promise<void> {
  const parts = partsOf({ contentType, body });
  const length = parts.length > 1 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(200, { 'content-type': contentType, ...length });
  await sendParts(response, parts, sending);
  response.end();
}

/** By a clock that does not add up what each wait is late. @throws the signal's abort */
async function sendParts(
  response: ServerResponse,
  parts: readonly string[],
  { paceMs, gone }: Sending,
  onSent: () => void = () => {},
): Promise<void> {
  const beganMs = performance.now();
  for (const [at, part] of parts.entries()) {
    const isLast = at + 1 === parts.length;
    response.write(part, isLast ? onSent : undefined);
    const waitMs = beganMs + (at + 1) * paceMs - performance.now();
    if (paceMs > 0 && !isLast) await delay(Math.max(0, waitMs), undefined, { signal: gone });
  }
}

/**
 * Sends the first half of a body, then `cut` breaks the connection, `stall` says nothing more until the client leaves, and
 * `truncate` ends as if that were all.
 */
export async function sendHalf(
  response: ServerResponse,
  ready: ReadyBody,
  kind: 'cut' | 'stall' | 'truncate',
  sending: Sending,
): Promise<void> {
  const parts = partsOf(ready);
  const halves =
    parts.length > 1 ? parts.slice(0, Math.ceil(parts.length / 2)) : [ready.body.slice(0, ready.body.length / 2)];
  const half = halves.join('');
  const announced =
    parts.length > 1 ? {} : { 'content-length': Buffer.byteLength(kind === 'truncate' ? half : ready.body) };
  response.writeHead(200, { 'content-type': ready.contentType, ...announced });
  await sendParts(response, halves, sending, () => kind === 'cut' && response.destroy());
  if (kind === 'truncate') response.end();
  if (kind === 'stall') await untilGone(sending.gone);
}

/** The events of a stream; one part for anything else. */
function partsOf({ contentType, body }: ReadyBody): string[] {
  return contentType.startsWith('text/event-stream') ? body.split(/(?<=\n\n)/) : [body];
}

// Spoils a good reply on purpose: well-formed completions whose content no caller can use.

const nonsense =
  'Florp wibble seventeen, the lantern of quorbs hums; zindle on marble, perhaps thrice, and no further.';

/** Callers ask for a repair a second time, seldom a third. */
const mostInOneConversation = 2;

/** Replies already spoiled in this conversation: complaints about unusable replies, and calls of tools not offered. */
function spoiledBefore(body: ChatBody): number {
  const offered = new Set((body.tools ?? []).map((tool) => tool.function.name));
  const strange = body.messages
    .flatMap((message) => message.tool_calls ?? [])
    .filter((call) => !offered.has(call.function.name));
  const complaints = body.messages.filter(
    (message) => message.role === 'user' && blocks(message.content, 'problem').length > 0,
  );
  return complaints.length + (offered.size > 0 ? strange.length : 0);
}

/**
 * The reply that the fault makes of a good one. A fault that does not fit (a wrong tool where none is offered), or
 * one more than `maxInARow` (and than two) in one conversation when that is set, leaves the reply as it is.
 */
export function spoil(reply: PolicyReply, fault: Fault, body: ChatBody, maxInARow: number | null): PolicyReply {
  if (maxInARow !== null && spoiledBefore(body) >= Math.min(maxInARow, mostInOneConversation)) return reply;
  if (fault.kind === 'garbage') return { kind: 'text', text: nonsense };
  if (fault.kind === 'malformed-json' && reply.kind === 'text' && reply.text.startsWith('{')) {
    return { kind: 'text', text: reply.text.slice(0, Math.ceil(reply.text.length / 2)) };
  }
  const mayCall = (body.tools ?? []).length > 0 && body.tool_choice !== 'none';
  if (fault.kind === 'wrong-tool' && mayCall) {
    return { kind: 'calls', calls: [{ name: 'consult_oracle', arguments: { about: 'everything' } }] };
  }
  return reply;
}
