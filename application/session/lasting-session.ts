/**
 * The session of a program that stays: opened when it is needed, shared by all that work at once, and opened again where the
 * runtime has gone away in between.
 */
import { Interrupted } from '../errors.ts';
import { isLoss } from './runtime-loss.ts';
import type { Session } from './session.ts';

/** A runtime that goes away again and again is given up. */
export const lossesAllowed = 5;

/** One for a whole program. Disposing leaves the session, which stays for others; whoever still works in it fails. */
export class LastingSession implements AsyncDisposable {
  readonly #open: (closing: AbortSignal) => Promise<Session>;
  readonly #onLoss: () => void;
  readonly #closing = new AbortController();
  #session: Promise<Session> | null = null;

  /**
   * @param open a session; `closing` is aborted when this one is disposed of
   * @param onLoss is told when the runtime has gone away, whether anybody works or not
   */
  constructor(open: (closing: AbortSignal) => Promise<Session>, onLoss: () => void = () => {}) {
    this.#open = open;
    this.#onLoss = onLoss;
  }

  /**
   * The session that is open, or a new one; whoever has it does not close it.
   * @param signal ends the waiting of this caller, not the opening
   * @throws what opening a session throws, and the next call tries again; Interrupted
   */
  async opened(signal?: AbortSignal): Promise<Session> {
    const opening = this.#shared();
    return signal === undefined ? opening : unlessAborted(opening, signal);
  }

  async #shared(): Promise<Session> {
    const opening = this.#session ?? this.#open(this.#closing.signal);
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
   * @param signal as of `opened`
   * @throws what the work throws while its runtime lives
   */
  async use<Result>(
    work: (session: Session, tries: number) => Promise<Result>,
    onLoss: () => void = () => {},
    signal?: AbortSignal,
  ): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      const session = await this.opened(signal);
      try {
        return await work(session, tries);
      } catch (error) {
        if (tries > lossesAllowed || !(await isLoss(error, session))) throw error;
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
    this.#closing.abort();
    await this.leave();
  }
}

async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(new Interrupted());
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
