/** The session of a chat: opened when it is needed, and opened again where the runtime has gone away in between. */
import type { Config } from '../../config/config.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note } from '../terminal/output.ts';

export class ChatSession implements AsyncDisposable {
  readonly settings: Config;
  #session: Session | null = null;
  #gone = false;

  constructor(settings: Config) {
    this.settings = settings;
  }

  /** @throws Interrupted, ServerUnavailable */
  async opened(): Promise<Session> {
    if (this.#session !== null && !this.#gone) return this.#session;
    await this.leave();
    using interrupt = listenForInterrupt();
    const { settings } = this;
    const session = await openSession({ settings, need: 'worker', onProgress: note, signal: interrupt.signal });
    void session.lost.then(() => {
      if (this.#session === session) this.#gone = true;
    });
    this.#session = session;
    return session;
  }

  /** The next use opens another one. */
  async leave(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    this.#gone = false;
    await session?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}
