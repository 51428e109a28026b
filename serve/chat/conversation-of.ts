/** Which conversation a request belongs to, and which try of its turn it is. */
import { threadOfConversation } from '../../application/threads/resent-conversations.ts';
import type { ChatRequest } from './chat-request.ts';

/** Headers that clients put the id of a conversation into, where they are told to. */
const threadHeaders = [
  'x-openwebui-chat-id',
  'x-conversation-id',
  'x-librechat-conversation-id',
  'x-switchyard-thread',
];
/** The same for the message that is being answered: asked anew, it has another id. */
const attemptHeaders = ['x-openwebui-message-id', 'x-message-id', 'idempotency-key'];

/** The thread: by the client's own id for it, else by how it begins. @param owner see `threadOfConversation` */
export function threadOf({ question, before }: ChatRequest, headers: Headers, owner: readonly string[]): string {
  const given = filled(headers, threadHeaders);
  if (given !== null) return threadOfConversation(owner, 'named', given);
  return threadOfConversation(owner, 'begins', before[0]?.question ?? question);
}

/** `isRetry`: the openai SDKs say when they send a request again by themselves. */
export function attemptOf(headers: Headers): { attempt: string | null; isRetry: boolean } {
  const retries = Number(headers.get('x-stainless-retry-count') ?? 0);
  return { attempt: filled(headers, attemptHeaders), isRetry: retries > 0 };
}

/** A template that a client has not filled in names nothing. */
function filled(headers: Headers, names: readonly string[]): string | null {
  for (const name of names) {
    const value = headers.get(name)?.trim() ?? '';
    if (value !== '' && value.length <= 300 && !/[{}]/.test(value)) return value;
  }
  return null;
}
