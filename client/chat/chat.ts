/** A chat between two entries. */
import type { QuestionOptions } from '../../application/questions/question-input.ts';
import type { TurnRequest } from '../../application/threads/start-turn.ts';
import type { RunViewOptions } from '../ask/run-view.ts';
import type { ChatSession } from './chat-session.ts';

export type ChatOptions = QuestionOptions &
  RunViewOptions &
  Pick<TurnRequest, 'thread'> & { after?: string; tenant?: string; memory: boolean };

/** What a chat knows between two entries. */
export type Chat = {
  session: ChatSession;
  options: ChatOptions;
  thread: string;
  /** Workflow id of the turn that the next one goes on from; null: there is none yet. */
  last: string | null;
};
