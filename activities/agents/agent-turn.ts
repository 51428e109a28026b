/** One turn of any agent: load what was said, ask, store the reply, so that only a reference enters history. */
import { repairMessage } from '../../agents/reply-fields.ts';
import type { Payment, RepairCall } from '../../contracts/agent-calls.ts';
import {
  type ChatMessage,
  type ChatReply,
  type ChatRequest,
  type ChatToolCall,
  ownCallId,
} from '../../contracts/chat.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import { askModel } from './ask-model.ts';
import { asSeen, type Conversation, loadConversation, storeTurn, wholeMessages } from './conversation.ts';
import type { ConversationSettings } from '../../contracts/stored-turn.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { ActivityContext } from '../context.ts';
import { condensed, whatWasCut, withLessOfResults } from './condensing.ts';

type Said = Conversation['messages'];

/** What is new in this turn: the beginning of a conversation, or what follows a stored turn. */
export type NewMessages =
  | { kind: 'opening'; settings: ConversationSettings; said: Said }
  /** `before`: the conversation up to the stored turn, where it is loaded already. */
  | { kind: 'following'; previous: ContentId; said: Said; before?: Conversation };

/** The settings of an agent: those of its spec, no tools and free text unless `more` says otherwise. */
export function settingsOf(
  role: ConversationSettings['role'],
  spec: { model?: string; maxOutputTokens: number },
  more: Pick<ConversationSettings, 'snapshot'> & Partial<ConversationSettings>,
): ConversationSettings {
  const { model = null, maxOutputTokens } = spec;
  const plain = { tools: [], responseFormat: null, temperature: 0, topLogprobs: 0, allowed: [] };
  return { role, model, maxOutputTokens, ...plain, ...more };
}

export type TurnOptions = { mustAnswer: boolean; payment: Payment };

/** A repair: the stored turn holds the unusable reply. */
export const repairMessages = (call: RepairCall): NewMessages => ({
  kind: 'following',
  previous: call.turn,
  said: [repairMessage(call.problem, call.mustAnswer)],
});

/**
 * Asks the model for its next reply and stores the turn. A turn that must be the answer is asked with less of its new tool
 * results where all of them leave no room for it; any turn with less of all results where the context window is too small.
 * @returns the reply, the reference of the stored turn, and what the answer must say of how it was asked
 * @throws errors of the model, the store and the snapshot; CallDoesNotFit
 */
export async function takeTurn(
  deps: ActivityDependencies,
  context: ActivityContext,
  added: NewMessages,
  { mustAnswer, payment }: TurnOptions,
): Promise<{ reply: ChatReply; turn: ContentId; gaps: string[] }> {
  const before: Conversation =
    added.kind === 'opening'
      ? { settings: added.settings, messages: [], reported: null, inputTokens: null }
      : (added.before ?? (await loadConversation(deps, added.previous)));
  const { snapshot: _snapshot, allowed: _allowed, ...settings } = before.settings;
  const conversation = { ...before, messages: [...before.messages, ...added.said] };
  const whole = await wholeMessages(deps, conversation, context.signal);
  const toolChoice = mustAnswer ? 'none' : 'auto';
  const seen = asSeen(conversation, whole);
  const [old, fresh] = [seen.slice(0, before.messages.length), whole.slice(before.messages.length)];
  const requestOf = (messages: ChatMessage[]): ChatRequest => ({ ...settings, messages, toolChoice });
  const request = requestOf(seen);
  // What is cut has no marks: the lines that one names may be cut off, now or the next time.
  const smaller = mustAnswer ? withLessOfResults(fresh).map((said) => requestOf([...old, ...said])) : [];
  const shorter = condensed(whole, fresh.length).map(requestOf);
  const answered = await askModel(deps, context, { request, smaller, shorter, reported: before.reported }, payment);
  const { reply: raw } = answered;
  const reply = { ...raw, toolCalls: mustAnswer ? [] : keptToolCalls(raw.toolCalls) };
  const previous = added.kind === 'opening' ? null : added.previous;
  const asked = answered.request.messages;
  // What was asked as it was said is stored by reference, and a condensed conversation whole, as it was sent.
  const stored =
    answered.request === request
      ? { previous, said: added.said }
      : shorter.includes(answered.request)
        ? { previous: null, said: asked }
        : { previous, said: asked.slice(old.length) };
  const turn = await storeTurn(deps, { ...stored, settings: before.settings, reply });
  const gap = whatWasCut(raw, asked, before.inputTokens);
  if (gap !== null) context.note({ level: 'WARNING', message: gap });
  return { reply, turn, gaps: gap === null ? [] : [gap] };
}

/** At most this many tool calls of one reply are kept and run. */
const toolCallsPerTurn = 8;

/** Every kept call gets an answer later (endpoints insist on it), under an id of its own even if the model gave none. */
function keptToolCalls(calls: readonly ChatToolCall[]): ChatToolCall[] {
  const ids = calls.map((call) => call.id);
  const usable = (id: string, at: number) => id !== '' && id.length <= 200 && ids.indexOf(id) === at;
  return calls
    .slice(0, toolCallsPerTurn)
    .map((call, at) => (usable(call.id, at) ? call : { ...call, id: ownCallId(at) }));
}
