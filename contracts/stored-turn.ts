/** A conversation as it is kept outside of history: each turn is stored once, by content, and points at the one before it. */
import type { ChatMessage, ChatRequest } from './chat.ts';
import type { ContentId, SnapshotRef } from './snapshot.ts';
import type { ToolAnswer } from './tools.ts';

/** Tool results are kept as references: their text is stored, or can be rendered again from the snapshot. */
export type StoredMessage = ChatMessage | ({ role: 'tool-answer' } & ToolAnswer);

/** Everything of a request that stays the same from turn to turn. */
export type ConversationSettings = Omit<ChatRequest, 'messages' | 'toolChoice'> & {
  snapshot: SnapshotRef | null;
  allowed: string[];
};

/** What is new since `previous`, the model's reply last. */
export type StoredTurn = {
  previous: ContentId | null;
  /** Of the first turn alone. */
  settings: ConversationSettings | null;
  messages: StoredMessage[];
  /** Tokens of the whole conversation up to here, as its usage says; null or absent where that is not known. */
  tokens?: number | null;
  /** Of the request alone; as `tokens`. */
  inputTokens?: number | null;
};
