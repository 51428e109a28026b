/**
 * A conversation that is too long: the same with less and less of what its tools gave, by fixed rules, so that an attempt
 * that is made again asks for the same. Nothing else is left out, and what is cut carries a mark.
 */
import type { ChatMessage, ChatReply } from '../../contracts/chat.ts';
import { charactersPerToken } from '../../models/openai/token-usage.ts';

/** Shares of a tool result that are tried, until one fits. */
const shares = [1 / 2, 1 / 4, 1 / 8, 1 / 16, 0];

const budgetMark = '[cut here: the budget leaves no room for more]';
const windowMark = "[cut here: the model's context window has no room for more]";

/** Where the budget is what lacks: each tool result cut to the same share, from most to least; none without results. */
export function withLessOfResults(said: readonly ChatMessage[]): ChatMessage[][] {
  return said.some(isResult) ? shares.map((share) => withShares(said, () => share, budgetMark)) : [];
}

/**
 * Where the model's context window is what lacks: results of earlier turns are cut to half, a quarter and so on, the new
 * ones to twice as much.
 * @param fresh the number of messages at the end that are new in this turn
 */
export function condensed(messages: readonly ChatMessage[], fresh: number): ChatMessage[][] {
  if (!messages.some(isResult)) return [];
  const firstNew = messages.length - fresh;
  return shares.map((share, at) =>
    withShares(messages, (index) => (index < firstNew ? share : (shares[at - 1] ?? 1)), windowMark),
  );
}

function wasCondensed(messages: readonly ChatMessage[]): boolean {
  return messages.some((message) => isResult(message) && message.content.endsWith(windowMark));
}

const isResult = ({ role }: ChatMessage): boolean => role === 'tool';

function withShares(messages: readonly ChatMessage[], shareOf: (at: number) => number, mark: string): ChatMessage[] {
  return messages.map((message, at) =>
    isResult(message) ? { ...message, content: cut(message.content, shareOf(at), mark) } : message,
  );
}

/** Whole lines where there are any. A result that was cut before keeps one mark. */
function cut(text: string, share: number, mark: string): string {
  if (share >= 1) return text;
  const whole = text.endsWith(mark) ? text.slice(0, -mark.length) : text;
  const most = Math.floor(whole.length * share);
  const line = whole.lastIndexOf('\n', most) + 1;
  return `${whole.slice(0, line > most / 2 ? line : most)}${mark}`;
}

// Whether a request fits, and whether all of it was read.

/** Neither an upper nor a lower bound: what is near the window's end is tried with less before an endpoint cuts it. */
export function likelyTokens(
  messages: readonly ChatMessage[],
  reported: { tokens: number; messages: number } | null,
): number {
  const fresh = reported === null ? messages : messages.slice(reported.messages);
  return (reported?.tokens ?? 0) + Math.ceil(charactersOf(fresh) / charactersPerToken);
}

/** Characters a token that no tokenizer reaches with text of this length, other than by not reading all of it. */
const mostCharactersPerToken = 14;
const longText = 20_000;

/**
 * What a reader of the answer must know of how the model was asked; null where it was asked for all. An endpoint may read
 * only a part and say nothing, as servers do that are started with a small window: then a conversation that has grown
 * took fewer input tokens than the turn before it, or far fewer than its text can have.
 * @param before input tokens of the turn before; null where they are not known
 */
export function whatWasCut(
  { usage, model }: ChatReply,
  sent: readonly ChatMessage[],
  before: number | null,
): string | null {
  const shown = model.slice(0, 100);
  if (wasCondensed(sent)) return `tool results were shortened to fit into the context window of ${shown}`;
  if (usage.modelCalls !== 1 || usage.estimated === true) return null;
  const characters = charactersOf(sent);
  const tooFew = characters > longText && usage.inputTokens * mostCharactersPerToken < characters;
  if (!tooFew && (before === null || usage.inputTokens >= before)) return null;
  return `${shown} has read only a part of the conversation: its context window is too small`;
}

function charactersOf(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}
