/** Asks again after a reply that could not be used: with the reply in view, and what was wrong with it. */
import type { ChatMessage } from '../contracts/chat.ts';

export function repairMessage(problem: string): ChatMessage {
  return {
    role: 'user',
    content: `<problem>\n${problem}\n</problem>\nYour last reply could not be used. Reply again with the one JSON object that was asked for, and nothing else.`,
  };
}
