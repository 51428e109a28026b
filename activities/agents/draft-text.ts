/** Tells whoever watches a run what a specialist or the synthesizer is writing: the answer out of the reply, never the reply. */
import { findJsonObject } from '../../agents/json-reply.ts';
import { readDraft } from '../../agents/reply-fields.ts';
import type { Payment } from '../../contracts/agent-calls.ts';
import type { ChatReply, ChatRequest } from '../../contracts/chat.ts';
import { answerCharacters, type DraftEvent } from '../../contracts/draft-stream.ts';
import type { ReplyListener } from '../../models/chat-model.ts';
import { createFieldReader } from '../../models/reading/streamed-field.ts';
import type { ActivityContext } from '../context.ts';

/** Takes events of drafts. It neither waits nor throws, since it is called where a reply is read. */
export type DraftSink = (event: DraftEvent) => void;

export type DraftText = {
  listener: ReplyListener;
  /** The whole reply: what was heard is corrected by it. @param replayed it was stored, and nobody was asked */
  is(reply: ChatReply, replayed: boolean): void;
};

/** Null for other agents than those whose replies are drafts. */
export function draftText(
  tell: DraftSink,
  { run, attempt }: ActivityContext,
  { role, toolChoice }: Pick<ChatRequest, 'role' | 'toolChoice'>,
  { key, scope }: Pick<Payment, 'key' | 'scope'>,
): DraftText | null {
  const stage = role === 'specialist' ? 'specialist' : role === 'synthesizer' ? 'synthesis' : null;
  if (stage === null || scope.stage !== stage) return null;
  const about: Pick<DraftEvent, 'workflowId' | 'runId' | 'call' | 'stage' | 'specialist' | 'try'> = {
    ...{ ...run, call: key, stage },
    ...(scope.specialist !== undefined && { specialist: scope.specialist }),
    ...(scope.try !== undefined && { try: scope.try }),
  };
  let [send, heard] = [0, ''];
  let reader = createFieldReader('answer', answerCharacters);
  const say = (text: string, more: Pick<Partial<DraftEvent>, 'ended' | 'replayed'> = {}) => {
    tell({ ...about, attempt: [...attempt, send], index: heard.length, text, ...more });
    heard += text;
  };
  const begins = () => {
    [send, heard] = [send + 1, ''];
    reader = createFieldReader('answer', answerCharacters);
  };
  return {
    listener: {
      begins,
      says(piece) {
        const text = reader.push(piece);
        if (text !== '') say(text);
      },
    },
    is(reply, replayed) {
      const isCall = reply.toolCalls.length > 0 && toolChoice !== 'none';
      const answer = isCall ? '' : (readDraft(findJsonObject(reply.text) ?? {})?.answer ?? '');
      if (heard !== answer) begins();
      say(heard === answer ? '' : answer, { ended: true, ...(replayed && { replayed }) });
    },
  };
}
