/** Replays histories, one after the other, with one worker: to make one takes as long as to replay a dozen runs. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import type { ReplayResult } from '@temporalio/worker';

type Work = { history: History; workflowId: string };
type Results = AsyncIterator<ReplayResult, unknown>;

/** An open worker keeps its process alive. */
const idleMs = 3_000;

export class OneReplayWorker {
  readonly #begin: (histories: Iterable<Work>) => Results;
  #results: Results | null = null;
  #next: Work | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  /** @param begin makes the worker, by `runReplayHistories` */
  constructor(begin: (histories: Iterable<Work>) => Results) {
    this.#begin = begin;
  }

  /** What Temporal finds wrong; null when the code fits the history. */
  replay(history: History, workflowId: string): Promise<Error | null> {
    const replayed = this.#last.then(() => this.#replayNow({ history, workflowId }));
    this.#last = replayed.catch(() => {});
    return replayed;
  }

  /** Ends the worker; the next replay begins another. */
  close(): Promise<void> {
    const closed = this.#last.then(async () => {
      clearTimeout(this.#idle);
      const results = this.#results;
      [this.#next, this.#results] = [null, null];
      await results?.return?.();
    });
    this.#last = closed.catch(() => {});
    return closed;
  }

  async #replayNow(work: Work): Promise<Error | null> {
    clearTimeout(this.#idle);
    this.#next = work;
    this.#results ??= this.#begin(this.#histories());
    try {
      const { value } = (await this.#results.next()) as IteratorResult<ReplayResult, undefined>;
      this.#idle = setTimeout(() => void this.close(), idleMs);
      return value?.error ?? null;
    } catch (error) {
      // The worker is gone.
      this.#results = null;
      throw error;
    }
  }

  /** The worker asks for each when it is to be replayed. */
  *#histories() {
    while (this.#next !== null) yield this.#next;
  }
}
