/** The fault of weak drafts: a vague answer without citations, until a reviewer has sent it back often enough. */
import type { WireDraft } from '../policy/answer.ts';
import { blocks, type Conversation } from '../policy/conversation.ts';

/** How many drafts of each question are weak before a good one; `always` never gets better. */
export type WeakDrafts = number | 'always';

/** Each weak draft says which it is, so that the next request tells how many there were. */
const marker = /\(weak draft (\d+)\)/g;

function weakSoFar(conversation: Conversation): number {
  const earlier = blocks(conversation.request, 'earlier_draft').map((block) => block.body);
  const counted = earlier.flatMap((text) => [...text.matchAll(marker)].map((match) => Number(match[1])));
  return Math.max(conversation.reviews.length, conversation.earlierDrafts, 0, ...counted);
}

/** The weak draft that is due, or null when the good one is. Decided from the request's content alone. */
export function weakDraft(conversation: Conversation, weak: WeakDrafts): WireDraft | null {
  const before = weakSoFar(conversation);
  if (weak !== 'always' && before >= weak) return null;
  return {
    answer: `It is probably somewhere in the code, and depends on the configuration. (weak draft ${before + 1})`,
    citations: [],
    confidence: 0.2,
    insufficient: false,
    gaps: [],
  };
}
