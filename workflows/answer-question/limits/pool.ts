/** An amount with a limit, in whole units: what was used, what is granted to calls in flight, and what is left. */
export class Pool {
  limit: number;
  used = 0;
  #granted = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Never negative, though more may have been used than was granted. */
  get left(): number {
    return Math.max(0, this.limit - this.used - this.#granted);
  }

  /** Grants one of so many equal parts of what is left, rounded up. */
  take(parts: number): number {
    const part = Math.ceil(this.left / parts);
    this.#granted += part;
    return part;
  }

  /** Counts what a call used. @returns what is left of its grant */
  settle(used: number, granted: number): number {
    const covered = Math.min(used, granted);
    this.used += used;
    this.#granted -= covered;
    return granted - covered;
  }

  /** Takes back what a call did not use. */
  giveBack(granted: number): void {
    this.#granted -= granted;
  }
}
