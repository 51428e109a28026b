/** A last turn whose new tool results leave no room for the answer: the same turn with less and less of them. */
import type { ChatMessage } from '../../contracts/chat.ts';

/** Shares of each new result that are tried, until one fits. */
const shares = [1 / 2, 1 / 4, 1 / 8, 1 / 16, 0];

const mark = '[cut here: the budget leaves no room for more]';

/** The messages with their tool results cut, from most to least; none where there is nothing to cut. */
export function withLessOfResults(said: readonly ChatMessage[]): ChatMessage[][] {
  if (!said.some(({ role }) => role === 'tool')) return [];
  return shares.map((share) =>
    said.map((message) => (message.role === 'tool' ? { ...message, content: cut(message.content, share) } : message)),
  );
}

/** Whole lines where there are any. */
function cut(text: string, share: number): string {
  const most = Math.floor(text.length * share);
  const line = text.lastIndexOf('\n', most) + 1;
  return `${text.slice(0, line > most / 2 ? line : most)}${mark}`;
}
