/** What a refusal teaches about the messages of a conversation: fields, empty texts, ids and the order of roles. */
import type { Capabilities } from '../../contracts/model/capabilities.ts';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { ErrorBody } from './error-body.ts';
import type { SentBody } from './chat-body.ts';
import { type Blamed, plainWords } from './refusal-words.ts';

export type Change = Partial<Capabilities>;

/**
 * `mayRepeat`: the same words again don't show that the change was wrong; `guess`: the words name nothing, so it stands only
 * if the call is answered.
 */
export type Lesson = { change: Change; blamed: string; mayRepeat: boolean; guess: boolean };

/** What to change where a thing is blamed; null where it was not sent. */
export type Rule = (sent: SentBody, message: string, known: Capabilities) => Change | null;

type Message = ChatCompletionMessageParam;
type AboutMessages = Extract<
  Blamed,
  'instructions' | 'parallel_tool_calls' | 'tool_call_ids' | 'empty_content' | 'last_message' | 'order'
>;

export const messageChanges: Record<AboutMessages, Rule> = {
  instructions: (sent, message) => {
    const role = sent.messages.find((each) => each.role === 'system' || each.role === 'developer')?.role;
    if (role === undefined) return null;
    if (role === 'developer') return { instructionsRole: 'system' };
    return {
      instructionsRole: /use\W{1,3}developer|developer\W{0,3}(role )?instead/i.test(message) ? 'developer' : 'user',
    };
  },
  parallel_tool_calls: ({ messages }) =>
    messages.some((each) => callsOf(each).length > 1) ? { parallelToolCalls: false } : null,
  tool_call_ids: ({ messages }) => {
    const ids = messages.flatMap((each) => callsOf(each).map(({ id }) => id));
    return ids.length > 0 ? { toolCallIds: 'short' } : null;
  },
  empty_content: ({ messages }) => {
    const said = messages.find((each) => callsOf(each).length > 0 && (each.content ?? '') === '');
    if (said === undefined) return null;
    return { emptyContent: said.content === '' ? 'null' : 'words' };
  },
  last_message: ({ messages }) => (messages.at(-1)?.role === 'tool' ? { lastMessage: 'user' } : null),
  order: ({ messages }) => {
    if (follows(messages, 'tool', 'user')) return { afterTool: 'assistant' };
    return follows(messages, 'user', 'user') ? { alternatingRoles: true } : null;
  },
};

function callsOf(message: Message) {
  return message.role === 'assistant' ? (message.tool_calls ?? []) : [];
}

function follows(messages: readonly Message[], first: string, second: string): boolean {
  return messages.some(({ role }, at) => role === second && messages[at - 1]?.role === first);
}

const goesBack = [
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'extra_content',
  'thinking_blocks',
  'encrypted_content',
];

/** Fields of the assistant's messages: refused where they were sent, wanted where they were not. */
export function fieldsGivenBack(sent: SentBody, { message, param }: ErrorBody): Lesson[] {
  const words = ` ${plainWords(`${param ?? ''} ${message}`)} `;
  const assistants = sent.messages.filter(({ role }) => role === 'assistant');
  const wants =
    /pass(ed)? back|missing|must (be|include|contain|have|pass)|required|not (found|provided|present)|without/.test(
      words,
    );
  const refused = assistants
    .flatMap((each) => Object.keys(each))
    .find(
      (key) =>
        !['role', 'content', 'tool_calls', 'refusal', 'name'].includes(key) && words.includes(` ${plainWords(key)} `),
    );
  if (refused !== undefined && !wants)
    return [{ change: { refusedMessageFields: [refused] }, blamed: refused, mayRepeat: false, guess: false }];
  const wanted = goesBack.find(
    (key) => words.includes(` ${plainWords(key)} `) || (key === 'extra_content' && /thought signature/.test(words)),
  );
  if (!wants || wanted === undefined || refused !== undefined || assistants.length === 0) return [];
  return [{ change: { giveBack: [wanted] }, blamed: wanted, mayRepeat: false, guess: false }];
}
