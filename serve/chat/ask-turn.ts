/** Starts the run of a chat request, or joins the one that was started for it before. */
import { withNotes } from '../../application/memory/with-notes.ts';
import { questionInput } from '../../application/questions/question-input.ts';
import {
  type JoinedTurn,
  ResentConversations,
  type ResentRequest,
} from '../../application/threads/resent-conversations.ts';
import type { Caller } from '../http/route.ts';
import type { Served, ServedRepository } from '../served.ts';
import { answerItself } from './answer-text.ts';
import type { ChatRequest } from './chat-request.ts';
import { attemptOf, threadOf } from './conversation-of.ts';
import type { ChatModel } from './models.ts';

export type AskedTurn = JoinedTurn & {
  repository: ServedRepository;
  /** Tries that a specialist may have. */
  tries: number;
  /** To be called once the client has received the whole answer. */
  delivered(content: string): void;
};

export class TurnsOfChats {
  readonly #served: Served;
  readonly #conversations = new ResentConversations();

  constructor(served: Served) {
    this.#served = served;
  }

  /** @throws InvalidInput; what starting a run throws */
  async ask(asked: ChatRequest, model: ChatModel, headers: Headers, caller: Caller): Promise<AskedTurn> {
    const { settings, session, budget, memory } = this.#served;
    const options = { ...budget, pipeline: model.pipeline.given, repo: model.repository.given, user: caller.name };
    const given = await questionInput(asked.question, options, settings, (text) => this.#served.log.warn(text));
    const input = await withNotes(settings, given, memory);
    const request: ResentRequest = {
      thread: threadOf(asked, headers, [settings.taskQueue, caller.name, model.repository.given]),
      scope: model.pipeline.name,
      before: asked.before,
      ...attemptOf(headers),
      isAnswerOf: (answer, outcome) => answer.trim().startsWith(answerItself(outcome)),
    };
    const tenant = settings.tenant ?? caller.name;
    const turn = await session.use((opened) => this.#conversations.joinOrStart(opened, input, request, tenant));
    return {
      ...turn,
      repository: model.repository,
      tries: (input.pipeline.gate?.retryLimit ?? 0) + 1,
      delivered: (content) =>
        this.#conversations.delivered(turn.workflowId, request, { question: asked.question, answer: content }),
    };
  }
}
