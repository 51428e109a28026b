/** One session for all that a long-lived surface does: opened with its first use, and anew where its runtime went away. */
import type { Config } from '../../config/config.ts';
import { Interrupted } from '../errors.ts';
import { inLastingSession } from './runtime-loss.ts';
import { openSession, type Session } from './session.ts';

type Opening = { session: Promise<Session>; gone: boolean };

export class KeptSession implements AsyncDisposable {
  readonly #open: (signal: AbortSignal) => Promise<Session>;
  readonly #closing = new AbortController();
  #current: Opening | null = null;

  /** @param tell what happens while a session is opened, for people @param open how one is opened */
  constructor(settings: Config, tell: (text: string) => void, open: typeof openSession = openSession) {
    this.#open = (signal) => open({ settings, need: 'worker', onProgress: tell, signal });
  }

  /**
   * The session that is open, or a new one. Whoever has it does not close it: `close` does.
   * @param signal ends the waiting of this caller, not the opening
   * @throws ServerUnavailable; Interrupted
   */
  async opened(signal?: AbortSignal): Promise<Session> {
    const { session } = this.#usable();
    const opened = await (signal === undefined ? session : unlessAborted(session, signal));
    return { ...opened, [Symbol.asyncDispose]: async () => {} };
  }

  /** Does work in the session; where the runtime goes away before it is done, once more in another one. See `inLastingSession`. */
  async use<Result>(work: (session: Session, tries: number) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return (await inLastingSession(() => this.opened(signal), work)).result;
  }

  #usable(): Opening {
    const current = this.#current;
    if (current !== null && !current.gone) return current;
    const session = this.#openAfter(current);
    const opening: Opening = { session, gone: false };
    const forget = () => {
      opening.gone = true;
    };
    session.then(({ lost }) => void lost.then(forget), forget);
    this.#current = opening;
    return opening;
  }

  async #openAfter(before: Opening | null): Promise<Session> {
    await leave(before);
    return this.#open(this.#closing.signal);
  }

  /** Leaves the runtime, which stays for others; what is still waited for ends as interrupted. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const current = this.#current;
    this.#current = null;
    await leave(current);
  }
}

async function leave(opening: Opening | null): Promise<void> {
  const session = await opening?.session.catch(() => null);
  await session?.[Symbol.asyncDispose]();
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
