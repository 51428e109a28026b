/** Asks again after a reply that could not be used: with the reply in view, and what was wrong with it. */
import type { ChatMessage } from '../contracts/chat.ts';

export function repairMessage(problem: string, mustAnswer: boolean): ChatMessage {
  const wanted = mustAnswer ? '' : 'Call a tool, or reply ';
  const again = mustAnswer ? 'Reply again ' : '';
  return {
    role: 'user',
    content: `<problem>\n${problem}\n</problem>\nYour last reply could not be used. ${again}${wanted}with the one JSON object that was asked for, and nothing else.`,
  };
}
