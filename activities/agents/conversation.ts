/** Stores the turns of conversations, and renders what a model has seen of them. */
import { argumentCharacters, type ToolAnswer } from '../../contracts/tools.ts';
import type { ChatMessage, ChatReply } from '../../contracts/chat.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import type { ConversationSettings, StoredMessage, StoredTurn } from '../../contracts/stored-turn.ts';
import type { FailureKind } from '../../contracts/failures.ts';
import type { ReportedPart } from '../../models/token-estimate.ts';
import { ContentUnavailable } from '../../retrieval/failures.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { withoutRepeats } from './shown-places.ts';

/** The renderer from which on what an earlier result has shown is not shown again. */
const marksSince = 2;

export type Conversation = {
  settings: ConversationSettings;
  messages: StoredMessage[];
  /** What the stored turns were reported to take; null where nothing was. */
  reported: ReportedPart | null;
  /** Input tokens of the last stored turn; null where they are not known. */
  inputTokens: number | null;
};

type Deps = Pick<ActivityDependencies, 'content' | 'retrieval'>;

/** What is kept is not what was said: never passed over, for the model would be asked something else. */
export class RenderingChanged extends Error {
  readonly kind: FailureKind = 'RenderingChanged';
}

/** Stores a turn: what is new since `previous`, the model's reply last. */
export async function storeTurn(
  deps: Deps,
  turn: {
    previous: ContentId | null;
    settings: ConversationSettings;
    said: readonly StoredMessage[];
    reply: ChatReply;
  },
): Promise<ContentId> {
  const { text, toolCalls, giveBack } = turn.reply;
  const given = giveBack === undefined ? {} : { giveBack };
  const reply: ChatMessage = { role: 'assistant', content: text, toolCalls, ...given };
  const stored: StoredTurn = {
    previous: turn.previous,
    settings: turn.previous === null ? turn.settings : null,
    messages: [...turn.said, reply],
    ...tokensOf(turn.reply),
  };
  return deps.content.put(JSON.stringify(stored));
}

/** Input and output of a reply that was one send: several sends add up to more than the conversation. */
function tokensOf({ usage: { modelCalls, inputTokens, outputTokens, estimated } }: ChatReply) {
  const known = modelCalls === 1 && estimated === undefined;
  return known ? { tokens: inputTokens + outputTokens, inputTokens } : { tokens: null, inputTokens: null };
}

/** The whole conversation up to a stored turn, oldest message first. */
export async function loadConversation(deps: Deps, last: ContentId): Promise<Conversation> {
  const messages: StoredMessage[][] = [];
  let tokens: number | null = null;
  let inputTokens: number | null = null;
  for (let id: ContentId | null = last; id !== null; ) {
    const turn = JSON.parse(await deps.content.get(id)) as StoredTurn;
    messages.unshift(turn.messages);
    if (id === last) ({ tokens = null, inputTokens = null } = turn);
    if (turn.previous === null && turn.settings !== null) {
      const all = messages.flat();
      const reported = tokens === null ? null : { tokens, messages: all.length };
      return { settings: turn.settings, messages: all, reported, inputTokens };
    }
    id = turn.previous;
  }
  throw new RenderingChanged(`the stored conversation ${last} has no beginning`);
}

/** The messages as the model sees them, byte for byte as they were. */
export async function renderMessages(
  deps: Deps,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<ChatMessage[]> {
  return asSeen(conversation, await wholeMessages(deps, conversation, signal));
}

/**
 * What the model sees of the whole messages of a conversation. Results that an earlier renderer has made stay whole: the
 * model has seen them so. Messages that are stored as they were sent are no answers, and stay too.
 */
export function asSeen({ messages }: Conversation, whole: readonly ChatMessage[]): ChatMessage[] {
  return withoutRepeats(whole, (at) => {
    const message = messages[at];
    return message?.role === 'tool-answer' && message.renderer >= marksSince;
  });
}

/** The messages, each tool result as the tool gave it. */
export async function wholeMessages(
  deps: Deps,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<ChatMessage[]> {
  const rendered: ChatMessage[] = [];
  for (const [at, message] of conversation.messages.entries()) {
    if (message.role !== 'tool-answer') rendered.push(message);
    else {
      const before = { ...conversation, messages: conversation.messages.slice(0, at) };
      const content = await toolText(deps, before, message, signal);
      rendered.push({ role: 'tool', callId: message.callId, content });
    }
  }
  return rendered;
}

/**
 * The stored text; on a machine that lacks it, the tool is run again and must give the very same bytes.
 * @param before what was said before the answer: some models use the same call id in every turn, so the last one counts.
 */
async function toolText(
  { content, retrieval }: Deps,
  { settings, messages }: Conversation,
  answer: ToolAnswer,
  signal: AbortSignal,
): Promise<string> {
  const stored = await content
    .get(answer.content)
    .catch((error: unknown) => (error instanceof ContentUnavailable ? null : Promise.reject(error)));
  if (stored !== null) return stored;
  const call = messages
    .flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []))
    .findLast((candidate) => candidate.id === answer.callId);
  if (call === undefined || settings.snapshot === null || answer.foreign === true) return content.get(answer.content);
  const request = { callId: call.id, tool: call.name, argumentsText: call.argumentsText.slice(0, argumentCharacters) };
  const { text } = await retrieval.runTool(settings.snapshot, request, settings.allowed, signal, answer.order);
  if ((await content.put(text)) === answer.content) return text;
  throw new RenderingChanged(`${call.name} gives other bytes than the model saw before (renderer ${answer.renderer})`);
}
