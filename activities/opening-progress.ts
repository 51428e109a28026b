/**
 * Tells a run how far the opening of its repository is, by signal. Each signal stays in the run's history, so that they
 * are few: none of an opening that takes less than three seconds, then one in five seconds, then ever fewer.
 */
import type { OpeningProgress } from '../contracts/run.ts';
import type { OnProgress } from '../retrieval/worker-threads/thread-tasks.ts';

const firstMs = 3_000;
const leastMs = 5_000;
/** From the tenth signal on, the pause between two grows with the time that has passed: two hours make 63 signals. */
const shareOfTime = 0.1;
/** A rate that was measured for less than this tells nothing. */
const measuredMs = 2_000;

type Stage = { stage: OpeningProgress['stage']; startMs: number; startDone: number };

export class OpeningReports {
  readonly #tell: (progress: OpeningProgress) => Promise<void>;
  readonly #now: () => number;
  readonly #startMs: number;
  #nextMs: number;
  #stage: Stage | null = null;
  #sending: Promise<void> | null = null;

  /** @param tell may fail: how far it is, is no part of the work */
  constructor(tell: (progress: OpeningProgress) => Promise<void>, now: () => number = Date.now) {
    this.#tell = tell;
    this.#now = now;
    this.#startMs = now();
    this.#nextMs = this.#startMs + firstMs;
  }

  readonly onProgress: OnProgress = ({ stage, done, total }) => {
    if (stage === 'embedding') return;
    const nowMs = this.#now();
    if (this.#stage?.stage !== stage) this.#stage = { stage, startMs: nowMs, startDone: done };
    if (nowMs < this.#nextMs || this.#sending !== null) return;
    this.#nextMs = nowMs + Math.max(leastMs, shareOfTime * (nowMs - this.#startMs));
    const secondsLeft = stage === 'indexing' ? secondsLeftOf(this.#stage, { done, total, nowMs }) : null;
    this.#sending = this.#tell({ stage, done, total, secondsLeft })
      .catch(() => {})
      .finally(() => {
        this.#sending = null;
      });
  };

  /** Resolves once nothing is on its way any more: a run is told nothing after its repository is open. */
  async end(): Promise<void> {
    this.#nextMs = Number.POSITIVE_INFINITY;
    await this.#sending;
  }
}

/** As long as the files that are left take at the rate so far; null while that is not known. */
function secondsLeftOf(
  { startMs, startDone }: Stage,
  { done, total, nowMs }: { done: number; total: number | null; nowMs: number },
): number | null {
  if (total === null || done <= startDone || nowMs - startMs < measuredMs) return null;
  return Math.max(0, Math.round(((total - done) * (nowMs - startMs)) / (done - startDone) / 1_000));
}
