/** A key and replies, for tests of the journal. */
import type { JournalKey } from '../../contracts/model/journal-key.ts';
import type { ChatReply } from '../../contracts/chat.ts';

export const entryKey: JournalKey = { workflowId: 'w/1', runId: 'r', callKey: '7', requestHash: 'a'.repeat(64) };

export function reply(text: string): ChatReply {
  return {
    text,
    toolCalls: [{ id: 'a', name: 'grep', argumentsText: '{' }],
    finishReason: 'stop',
    logprobs: [{ token: 'x', logprob: -0.5, top: [] }],
    model: 'm',
    usage: { modelCalls: 1, inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0, costUsd: null },
  };
}
