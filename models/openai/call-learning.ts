/** What one call learns from refusals: each time one thing, nothing twice, and nothing that changes nothing. */
import { type CapabilityBook, type Learned, lessonText } from './capability-book.ts';
import type { SentBody } from './chat-body.ts';
import type { ErrorBody } from './error-body.ts';

export class CallLearning {
  readonly #book: CapabilityBook;
  readonly #model: string;
  readonly #onLesson: ((lesson: string) => void) | undefined;
  readonly #useless = new Set<string>();
  readonly #taken: Learned[] = [];
  #words = '';

  constructor(book: CapabilityBook, model: string, onLesson?: (lesson: string) => void) {
    this.#book = book;
    this.#model = model;
    this.#onLesson = onLesson;
  }

  /**
   * True when the refusal taught something, by which the next body differs from the one that was sent.
   * @param next the body as it would be sent now
   */
  learns(sent: SentBody, refusal: ErrorBody, next: () => SentBody): boolean {
    const words = `${refusal.param ?? ''} ${refusal.message}`;
    const last = this.#taken.at(-1);
    // The same words after something was left out: it was not that.
    if (last !== undefined && !last.mayRepeat && words === this.#words) this.#takeBack(last);
    this.#words = words;
    const learned = this.#book.learn(this.#model, sent, refusal, this.#useless);
    if (learned === null) return false;
    this.#taken.push(learned);
    const bounded = 'mostOutputTokens' in learned.change || 'leastOutputTokens' in learned.change;
    const differs = bounded || shapeOf(next()) !== shapeOf(sent);
    if (differs) this.#onLesson?.(lessonText(learned));
    return differs;
  }

  /** The call has failed: what was only guessed is not kept. */
  failed(): void {
    for (const learned of this.#taken.toReversed()) if (learned.guess) this.#takeBack(learned);
  }

  #takeBack(learned: Learned): void {
    this.#book.unlearn(this.#model, learned);
    this.#useless.add(learned.blamed);
  }
}

/** All but the number of its limit, which what is left of a budget may have lowered. */
function shapeOf(body: SentBody): string {
  const limits = ['max_tokens', 'max_completion_tokens'];
  return JSON.stringify(body, (name, value: unknown) => (limits.includes(name) ? 0 : value));
}
