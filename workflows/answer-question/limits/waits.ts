/**
 * What the branches of one run wait for at this moment, and the time that its clock does not count.
 *
 * 1. Time is free while at least one branch waits for a person, or for its turn in our own queue, and no branch waits for
 *    anything else. It is counted for the run as a whole: an interval is free once, however many branches wait in it.
 * 2. Free time never shrinks, and is never more than the time that went by.
 * 3. A timer that fires more than a minute late gives the time since the run was last seen as free, unless it is already.
 * 4. A wait ends once: ending it again changes nothing.
 * 5. What is shown of several waits is the oldest for a person who has to fix something; without one, the oldest for a
 *    person's decision, then for a provider. That calls wait for their turn is shown while nothing else is done.
 * 6. A call with a queue of its own waits there until it is told to be under way, and again once an attempt of it has ended.
 */
import type { RunFailure } from '../../../contracts/run.ts';

export type Wait =
  /** An activity is under way: the run works. */
  | { kind: 'call' }
  /** An activity waits for its turn within the limits of an endpoint. */
  | { kind: 'queue'; key: string }
  /** As long as a provider asks: this counts as work. */
  | { kind: 'provider'; message: string }
  | { kind: 'person'; message: string; failure: RunFailure }
  /** A person is asked what to do. */
  | { kind: 'decision'; message: string };

const turnMessage = 'its calls wait for their turn within the limits of the endpoint (switchyard limits)';

/** A timer that fires this late was held up by a worker that was away. */
const awayMs = 60_000;

export class OpenWaits {
  readonly #now: () => number;
  /** In the order in which they were opened. */
  readonly #open = new Set<Wait>();
  /** Calls with a queue of their own that are not in it. */
  readonly #underWay = new Set<string>();
  readonly #free: Stopwatch;
  readonly #person: Stopwatch;
  /** When workflow code last ran for a wait that began or ended. */
  #seenMs: number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
    this.#free = new Stopwatch(now);
    this.#person = new Stopwatch(now);
    this.#seenMs = now();
  }

  /** @returns ends the wait; calling it again changes nothing */
  open(wait: Wait): () => void {
    const own = { ...wait };
    this.#open.add(own);
    this.#changed();
    return () => {
      if (!this.#open.delete(own)) return;
      if (own.kind === 'queue') this.#underWay.delete(own.key);
      this.#changed();
    };
  }

  /** True while the run waits for a person or for its turn, and does nothing else: that time is free. */
  get isFree(): boolean {
    const open = [...this.#open];
    return open.length > 0 && open.every((wait) => isForPerson(wait) || this.#isQueued(wait));
  }

  /** A call with a queue of its own is under way now, or waits for its turn. One that is not open is not meant any more. */
  callIs(key: string, underWay: boolean): void {
    if (![...this.#open].some((wait) => wait.kind === 'queue' && wait.key === key)) return;
    if (underWay) this.#underWay.add(key);
    else this.#underWay.delete(key);
    this.#changed();
  }

  get freeMs(): number {
    return this.#free.ms;
  }

  /** Time in which at least one branch waited for a person, whatever the others did. */
  get personMs(): number {
    return this.#person.ms;
  }

  /** True while a branch waits for a person, to fix something or to decide. */
  get needsPerson(): boolean {
    return [...this.#open].some(isForPerson);
  }

  /** What the first branch waits for that waits for a person to fix it; null while none does. */
  get waitingFor(): RunFailure | null {
    return this.#first('person')?.failure ?? null;
  }

  /** What to say of the run while any branch waits; null while none does. A person comes first: only they can help. */
  get message(): string | null {
    const waits = this.#first('person') ?? this.#first('decision') ?? this.#first('provider');
    return waits?.message ?? (this.isFree ? turnMessage : null);
  }

  /**
   * To be called when a timer of the run's clock has fired: far too late means that no worker was there, and then the time
   * since the run was last seen is free, as far as it is not free already.
   */
  timerFired(dueMs: number): void {
    const nowMs = this.#now();
    if (nowMs - dueMs <= awayMs) return;
    if (!this.isFree) this.#free.add(Math.max(0, nowMs - this.#seenMs));
    this.#seenMs = nowMs;
  }

  #isQueued(wait: Wait): boolean {
    return wait.kind === 'queue' && !this.#underWay.has(wait.key);
  }

  #first<Kind extends Wait['kind']>(kind: Kind): Extract<Wait, { kind: Kind }> | undefined {
    return [...this.#open].find((wait): wait is Extract<Wait, { kind: Kind }> => wait.kind === kind);
  }

  #changed(): void {
    this.#seenMs = this.#now();
    this.#free.run(this.isFree);
    this.#person.run(this.needsPerson);
  }
}

const isForPerson = ({ kind }: Wait): boolean => kind === 'person' || kind === 'decision';

/** Adds up the time in which it runs. */
class Stopwatch {
  readonly #now: () => number;
  #ms = 0;
  #sinceMs: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  get ms(): number {
    return this.#ms + (this.#sinceMs === null ? 0 : Math.max(0, this.#now() - this.#sinceMs));
  }

  run(on: boolean): void {
    if (on === (this.#sinceMs !== null)) return;
    this.#ms = this.ms;
    this.#sinceMs = on ? this.#now() : null;
  }

  add(milliseconds: number): void {
    this.#ms += milliseconds;
  }
}
