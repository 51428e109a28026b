/**
 * How many calls one worker process may have at once, and how many tokens it may use a minute.
 *
 * 1. No more slots are taken than the limit says; one that is lowered while more are taken gives none until enough are back.
 * 2. Tokens are counted when a reply has come. While what was used is ahead of the rate no slot is given: in any minute no
 *    more is used than the limit, a sixth of it as burst, and what the calls that were in flight then have used.
 * 3. Whoever waits for a slot gets one as soon as there is one, in order; who gives up waiting takes none.
 */
import type { ModelLimits } from '../contracts/model/limits.ts';

type Limits = Pick<ModelLimits, 'tokens' | 'concurrency'>;

const minuteMs = 60_000;
/** Part of a minute's tokens that may be used at once. */
const burst = 1 / 6;

/** The slots of one endpoint; disposal ends its timer. */
export class SlotLimiter {
  readonly #otherwise: number;
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  #limits: Limits;
  #taken = 0;
  /** Tokens that may be used now; negative: that many too many were. */
  #tokens: number;
  #atMs: number;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param otherwise calls at once where no limit is set
   * @param now milliseconds, of a clock that does not jump
   */
  constructor(limits: Limits, otherwise: number, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#otherwise = otherwise;
    this.#now = now;
    this.#tokens = (limits.tokens ?? 0) * burst;
    this.#atMs = now();
  }

  /** Other limits, from now on. */
  change(limits: Limits): void {
    this.#refill();
    const had = this.#limits.tokens;
    this.#limits = limits;
    // Without a limit before, nothing was counted.
    const most = (limits.tokens ?? 0) * burst;
    this.#tokens = had === null ? most : Math.min(this.#tokens, most);
    this.#give();
  }

  used(tokens: number): void {
    this.#refill();
    if (this.#limits.tokens !== null) this.#tokens -= tokens;
  }

  /** True where a slot was taken. */
  tryTake(): boolean {
    this.#refill();
    const most = this.#limits.concurrency ?? this.#otherwise;
    if (this.#taken >= most || (this.#limits.tokens !== null && this.#tokens <= 0)) return false;
    this.#taken += 1;
    return true;
  }

  /** Resolves once a slot is taken. @throws the signal's reason */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.tryTake()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const giveUp = () => {
      const at = this.#waiting.indexOf(resolve);
      if (at >= 0) this.#waiting.splice(at, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#give();
    await promise.finally(() => signal.removeEventListener('abort', giveUp));
  }

  release(): void {
    this.#taken -= 1;
    this.#give();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #give(): void {
    clearTimeout(this.#timer);
    while (this.#waiting.length > 0 && this.tryTake()) this.#waiting.shift()?.();
    const { tokens } = this.#limits;
    if (this.#waiting.length === 0 || tokens === null || this.#tokens > 0) return;
    // The wait for a slot that is taken ends with its release.
    const leftMs = (-this.#tokens / tokens) * minuteMs;
    this.#timer = setTimeout(() => this.#give(), Math.min(minuteMs, Math.ceil(leftMs) + 1));
    this.#timer.unref();
  }

  #refill(): void {
    const nowMs = this.#now();
    const { tokens } = this.#limits;
    if (tokens !== null)
      this.#tokens = Math.min(tokens * burst, this.#tokens + (tokens * (nowMs - this.#atMs)) / minuteMs);
    this.#atMs = nowMs;
  }
}
