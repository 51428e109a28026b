/** Puts a conversation into the order of roles that an endpoint asks for. */
import { type ChatMessage, type ChatToolCall, ownCallId } from '../../contracts/chat.ts';
import type { Capabilities } from '../../contracts/model/capabilities.ts';

type Assistant = Extract<ChatMessage, { role: 'assistant' }>;
type Asked = Pick<
  Capabilities,
  'instructionsRole' | 'parallelToolCalls' | 'afterTool' | 'alternatingRoles' | 'toolCallIds'
>;

/** What the assistant is made to say where results may not be followed by the user. */
const between = 'I have read these results.';

/** The same conversation; unchanged where the endpoint takes any order. Works on each part of it as on the whole. */
export function inOrder(messages: readonly ChatMessage[], asked: Asked): ChatMessage[] {
  const said = asked.instructionsRole === 'user' ? withInstructionsInside(messages) : messages;
  const single = asked.parallelToolCalls ? said : said.flatMap((message, at) => oneCallEach(said, message, at));
  const answered =
    asked.afterTool === 'assistant' ? single.flatMap((message, at) => afterTool(single[at - 1], message)) : [...single];
  const ordered = asked.alternatingRoles ? merged(answered) : answered;
  return asked.toolCallIds === 'short' ? renumbered(ordered) : ordered;
}

/** Tool calls counted through the conversation, under ids that Mistral takes, whose rule is the strictest. */
function renumbered(messages: readonly ChatMessage[]): ChatMessage[] {
  let count = 0;
  let known = new Map<string, string>();
  return messages.map((message): ChatMessage => {
    if (message.role === 'tool') return { ...message, callId: known.get(message.callId) ?? message.callId };
    if (message.role !== 'assistant' || message.toolCalls.length === 0) return message;
    const first = count;
    count += message.toolCalls.length;
    const ids = message.toolCalls.map((_, at) => ownCallId(first + at));
    known = new Map(message.toolCalls.map(({ id, giveBack }, at) => [String(giveBack?.id ?? id), ids[at] ?? id]));
    return { ...message, toolCalls: message.toolCalls.map((call, at) => withId(call, ids[at] ?? call.id)) };
  });
}

/** An id that the endpoint gave to get it back is another field of the call. */
function withId({ giveBack, ...call }: ChatToolCall, id: string): ChatToolCall {
  if (giveBack === undefined) return { ...call, id };
  const { id: _, ...rest } = giveBack;
  return { ...call, id, giveBack: rest };
}

function withInstructionsInside(messages: readonly ChatMessage[]): ChatMessage[] {
  const instructions = messages.flatMap((message) => (message.role === 'system' ? [message.content] : [])).join('\n\n');
  const rest = messages.filter(({ role }) => role !== 'system');
  if (instructions === '') return rest;
  const [first, ...others] = rest;
  return first?.role === 'user'
    ? [{ ...first, content: `${instructions}\n\n${first.content}` }, ...others]
    : [{ role: 'user', content: instructions }, ...rest];
}

/** A message with several calls becomes one for each, every call before its own result. */
function oneCallEach(messages: readonly ChatMessage[], message: ChatMessage, at: number): ChatMessage[] {
  if (message.role === 'tool') return callsBefore(messages, at).length > 1 ? [] : [message];
  if (message.role !== 'assistant' || message.toolCalls.length < 2) return [message];
  const results = resultsAfter(messages, at);
  return message.toolCalls.flatMap((call, place): ChatMessage[] => {
    const said: Assistant =
      place === 0 ? { ...message, toolCalls: [call] } : { role: 'assistant', content: '', toolCalls: [call] };
    return [said, ...results.filter(({ callId }) => callId === call.id)];
  });
}

function resultsAfter(messages: readonly ChatMessage[], at: number) {
  const results: Extract<ChatMessage, { role: 'tool' }>[] = [];
  for (const next of messages.slice(at + 1)) {
    if (next.role !== 'tool') break;
    results.push(next);
  }
  return results;
}

/** The calls that a result belongs to: those of the last message of the assistant. */
function callsBefore(messages: readonly ChatMessage[], at: number): Assistant['toolCalls'] {
  const before = messages.slice(0, at).findLast(({ role }) => role !== 'tool');
  return before?.role === 'assistant' ? before.toolCalls : [];
}

function afterTool(before: ChatMessage | undefined, message: ChatMessage): ChatMessage[] {
  const gap = before?.role === 'tool' && message.role === 'user';
  return gap ? [{ role: 'assistant', content: between, toolCalls: [] }, message] : [message];
}

function merged(messages: readonly ChatMessage[]): ChatMessage[] {
  const said: ChatMessage[] = [];
  for (const message of messages) {
    const last = said.at(-1);
    const joins = (message.role === 'user' || message.role === 'system') && last?.role === message.role;
    if (joins) said[said.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` };
    else said.push(message);
  }
  return said;
}
