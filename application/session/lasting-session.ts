/**
 * The session of a program that stays: opened when it is needed, shared by all that work at once, and opened again where the
 * runtime has gone away in between.
 */
import { typedError } from '../errors.ts';
import { isGone } from './runtime-loss.ts';
import type { Session } from './session.ts';

/** A runtime that goes away again and again is given up. */
const lossesAllowed = 5;
const lossCodes: readonly string[] = ['RuntimeGone', 'ServerUnavailable'];

/** One for a whole program. Disposing leaves the session; whoever still works in it fails. */
export class LastingSession implements AsyncDisposable {
  readonly #open: () => Promise<Session>;
  readonly #onLoss: () => void;
  #session: Promise<Session> | null = null;

  /** @param onLoss is told when the runtime has gone away, whether anybody works or not */
  constructor(open: () => Promise<Session>, onLoss: () => void = () => {}) {
    this.#open = open;
    this.#onLoss = onLoss;
  }

  /** @throws what opening a session throws; the next call tries again */
  async opened(): Promise<Session> {
    const opening = this.#session ?? this.#open();
    if (this.#session === opening) return opening;
    this.#session = opening;
    try {
      const session = await opening;
      void session.lost.then(() => this.#lose(opening));
      return session;
    } catch (error) {
      if (this.#session === opening) this.#session = null;
      throw error;
    }
  }

  /**
   * Does work that may be done again, such as to follow a run: where the runtime goes away in the middle, in another one.
   * @param onLoss is told of each loss
   * @throws what the work throws while its runtime lives
   */
  async use<Result>(work: (session: Session, tries: number) => Promise<Result>, onLoss = () => {}): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      const session = await this.opened();
      try {
        return await work(session, tries);
      } catch (error) {
        const mayBeLost = tries <= lossesAllowed && lossCodes.includes(typedError(error)?.code ?? '');
        if (!mayBeLost || !(await isGone(session))) throw error;
        onLoss();
      }
    }
  }

  /** Told only of what is still in use: leaving ends a runtime, too. */
  async #lose(opening: Promise<Session>): Promise<void> {
    const isInUse = this.#session === opening;
    await this.#leave(opening);
    if (isInUse) this.#onLoss();
  }

  async #leave(opening: Promise<Session>): Promise<void> {
    if (this.#session === opening) this.#session = null;
    const session = await opening.catch(() => null);
    await session?.[Symbol.asyncDispose]();
  }

  /** The next use opens another one. */
  async leave(): Promise<void> {
    if (this.#session !== null) await this.#leave(this.#session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}
