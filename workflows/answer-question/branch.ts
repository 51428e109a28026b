/** One of several that work side by side, and what its next calls will probably take, judged by those before. */
import type { Usage } from '../../contracts/chat.ts';

export class Branch {
  #open = false;
  #inFlight = 0;
  /** Input of the first call of a try, the most so far. */
  #opening = 0;
  /** Input of the last call of this try; null before it. */
  #last: number | null = null;
  /** The most by which the input grew from one call to the next. */
  #growth = 0;
  #output = 0;
  #tokens = 0;
  #costUsd: number | null = 0;

  get isOpen(): boolean {
    return this.#open;
  }

  get isIdle(): boolean {
    return this.#open && this.#inFlight === 0;
  }

  /** A try of its specialist begins. */
  open(): void {
    this.#open = true;
    this.#last = null;
  }

  close(): void {
    this.#open = false;
  }

  begin(): void {
    this.#inFlight += 1;
  }

  end(): void {
    this.#inFlight -= 1;
  }

  settle({ inputTokens, outputTokens, costUsd }: Usage): void {
    if (this.#last === null) this.#opening = Math.max(this.#opening, inputTokens);
    else this.#growth = Math.max(this.#growth, inputTokens - this.#last);
    this.#last = inputTokens;
    this.#output = Math.max(this.#output, outputTokens);
    this.#tokens += inputTokens + outputTokens;
    this.#costUsd = this.#costUsd === null || costUsd === null ? null : this.#costUsd + costUsd;
  }

  /** What one call more and the answer after it will probably take; null before its first call. */
  get twoMoreCalls(): { tokens: number; costUsd: number | null } | null {
    if (this.#tokens === 0) return null;
    // Nothing is known of how it grows after one call: it may double.
    const growth = this.#growth > 0 ? this.#growth : (this.#last ?? this.#opening);
    const input = this.#last === null ? this.#opening : this.#last + growth;
    const tokens = 2 * (input + this.#output) + growth;
    return { tokens, costUsd: this.#costUsd === null ? null : (this.#costUsd / this.#tokens) * tokens };
  }
}

/** Works on all parts at once, each as a branch of the account; all are open before the first begins. */
export async function sideBySide<Part, Result>(
  account: { open(name: string): Branch },
  parts: readonly Part[],
  nameOf: (part: Part) => string,
  work: (part: Part, branch: Branch) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const opened = parts.map((part) => ({ part, branch: account.open(nameOf(part)) }));
  return Promise.allSettled(opened.map(({ part, branch }) => work(part, branch).finally(() => branch.close())));
}
