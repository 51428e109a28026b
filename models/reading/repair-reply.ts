/** Makes a reply usable by reading alone: tool calls where they can be found, fitted to the tools that were offered. */
import {
  type ChatReply,
  type ChatRequest,
  type ChatToolCall,
  ownCallId,
  type ReplyRepair,
} from '../../contracts/chat.ts';
import { fitted, offeredName } from './offered-calls.ts';
import { readWrittenCalls } from './written-calls.ts';

const mostRepairs = 100;

/** The reply as it is where no tools were offered. Calls in text are read only where the model was free to call. */
export function repairedReply(
  reply: ChatReply,
  { tools, toolChoice }: Pick<ChatRequest, 'tools' | 'toolChoice'>,
): ChatReply {
  if (tools.length === 0) return reply;
  const repairs: ReplyRepair[] = [...(reply.repairs ?? [])];
  const isOffered = (name: string) => offeredName(name, tools) !== null;
  const mayWrite = reply.toolCalls.length === 0 && toolChoice === 'auto' && reply.text.trim() !== '';
  const written = mayWrite ? readWrittenCalls(reply.text, isOffered) : null;
  const calls: ChatToolCall[] = [...reply.toolCalls];
  for (const { name, given } of written?.calls ?? []) {
    const argumentsText = typeof given === 'string' ? given : JSON.stringify(given);
    calls.push({ id: ownCallId(calls.length), name, argumentsText });
    repairs.push('tool-call-as-text');
  }
  const toolCalls = calls.map((call) => {
    const fit = fitted(call, tools);
    // What a form of text makes of names and values is its own, and counted as one.
    repairs.push(...(written === null ? fit.repairs : []));
    return fit.call;
  });
  const { slip: _slip, ...called } = reply;
  return {
    ...(toolCalls.length > 0 ? called : reply),
    toolCalls,
    ...(written === null ? {} : { text: written.text, finishReason: finishOf(reply) }),
    ...(repairs.length === 0 ? {} : { repairs: repairs.slice(0, mostRepairs) }),
  };
}

const finishOf = ({ finishReason }: ChatReply) => (finishReason === 'length' ? finishReason : 'tool_calls');
