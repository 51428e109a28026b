/** The port through which everything asks a chat model, and the one error that it throws. */
import type { ChatReply, ChatRequest, Usage } from '../contracts/chat.ts';
import { type FailureKind, failureKinds } from '../contracts/failures.ts';
import type { Allowance } from './allowance.ts';
import type { ModelPrice } from '../contracts/model/price.ts';

export type ChatOptions = {
  signal: AbortSignal;
  callId: string;
  allowance?: Allowance;
  /** What the reply's cost is counted by; unknown unless given. */
  price?: ModelPrice | null;
  /** Told in one line, before the request is sent again, what an endpoint's refusal has taught. */
  onLesson?: (lesson: string) => void;
  /** Hears the text of the reply as it is written, where the endpoint streams it. It is called in the loop that reads. */
  listener?: ReplyListener;
};

export type ReplyListener = {
  /** A request is sent: what was heard before is void. */
  begins(): void;
  /** The next piece of the reply's text, without thinking that the endpoint tells apart. */
  says(piece: string): void;
};

export interface ChatModel {
  /**
   * Asks once. `callId` names the call for an endpoint that recognises repeated ones; an `allowance` is what all that the
   * call sends may use, and lowers the output limit.
   * @throws ModelFailure when the endpoint gives no usable reply; CallDoesNotFit when the allowance leaves no room for one;
   * the signal's reason when the caller aborts.
   */
  chat(request: ChatRequest, options: ChatOptions): Promise<ChatReply>;
}

export type ModelFailureFacts = {
  /** HTTP status; null when there was no response. */
  status?: number | null;
  /** How long the endpoint asks to wait, in full; null when it does not say. */
  retryAfterMs?: number | null;
  /** Where to look first, when it is not what the kind's row says. */
  setting?: string | null;
  /** False when the endpoint says that trying again is useless. */
  retry?: boolean;
  /** What was paid for although nothing usable came; null when nothing is known to be. */
  usage?: Usage | null;
};

/** A call that was not sent, since the endpoint has not answered those before it. */
export class CircuitOpen extends Error {
  override readonly name = 'CircuitOpen';
  readonly kind: FailureKind;
  /** Before that it would not be sent either. */
  readonly notBeforeMs: number;

  constructor(kind: FailureKind, message: string, notBeforeMs: number) {
    super(message);
    this.kind = kind;
    this.notBeforeMs = notBeforeMs;
  }
}

/** A model call that failed: what happened in one line, without secrets, and what to do about it. */
export class ModelFailure extends Error {
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly retryAfterMs: number | null;
  readonly setting: string | null;
  /** Whether the same request may succeed later: the kind's row, unless the endpoint said no. */
  readonly retry: boolean;
  readonly usage: Usage | null;

  constructor(kind: FailureKind, message: string, facts: ModelFailureFacts = {}) {
    super(message);
    this.name = 'ModelFailure';
    this.kind = kind;
    this.status = facts.status ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.setting = facts.setting === undefined ? failureKinds[kind].setting : facts.setting;
    this.retry = failureKinds[kind].retry && facts.retry !== false;
    this.usage = facts.usage ?? null;
  }
}
