/** Carries out the faults that hit a request on its way, before or instead of a good reply. */
import type { ServerResponse } from 'node:http';
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

/** Announces the whole body, sends half of it and breaks the connection. */
export function sendCut(response: ServerResponse, contentType: string, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
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
