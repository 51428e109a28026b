/** How much one caller may ask: requests a minute, and requests at once. */
import { LruMap } from '../../lib/lru.ts';
import { HttpError } from './http-error.ts';

export type RequestLimits = {
  /** Of one key; a whole minute's may come at once. */
  requestsPerMinute: number;
  /** Of one key. */
  concurrentRequests: number;
};

type Counted = { tokens: number; atMs: number; open: number };

/** Callers whose counts are kept: keys are few, addresses that call what is open are not. */
const callersKept = 10_000;

export class CallerLimits {
  readonly #limits: RequestLimits;
  readonly #now: () => number;
  readonly #counted = new LruMap<string, Counted>(callersKept);

  constructor(limits: RequestLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** @returns to be called at the end of the request @throws HttpError 429 with Retry-After */
  enter(name: string): () => void {
    const counted = this.#upToDate(name);
    const { requestsPerMinute, concurrentRequests } = this.#limits;
    if (counted.open >= concurrentRequests)
      throw tooMany(`${concurrentRequests} requests of this key are open: wait until one has ended`, 1);
    if (counted.tokens < 1) {
      const seconds = Math.ceil(((1 - counted.tokens) * 60) / requestsPerMinute);
      throw tooMany(`a key may send ${requestsPerMinute} requests a minute`, Math.max(1, seconds));
    }
    counted.tokens -= 1;
    counted.open += 1;
    return () => {
      counted.open -= 1;
    };
  }

  #upToDate(name: string): Counted {
    const { requestsPerMinute } = this.#limits;
    const nowMs = this.#now();
    const counted = this.#counted.get(name) ?? { tokens: requestsPerMinute, atMs: nowMs, open: 0 };
    const gained = ((nowMs - counted.atMs) * requestsPerMinute) / 60_000;
    counted.tokens = Math.min(requestsPerMinute, counted.tokens + gained);
    counted.atMs = nowMs;
    this.#counted.set(name, counted);
    return counted;
  }
}

function tooMany(message: string, seconds: number): HttpError {
  return new HttpError(429, message, { code: 'rate_limit_exceeded', headers: { 'retry-after': String(seconds) } });
}
