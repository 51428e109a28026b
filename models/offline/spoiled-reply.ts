/** Spoils a good reply on purpose: well-formed completions whose content no caller can use. */
import type { ChatBody } from './chat-request.ts';
import type { Fault } from './fault-spec.ts';
import { blocks } from './policy/conversation.ts';
import type { PolicyReply } from './policy/reply.ts';

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
