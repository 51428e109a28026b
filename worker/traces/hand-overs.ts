/**
 * Tells the exporter of traces which runs are ending, those of two seconds by one signal: a signal of its own for each run
 * would cost the server a workflow task each.
 *
 * 1. Before the call that ends a run returns, the run stands in the register of this worker process. Whoever finds the
 *    register without an owner hands it over.
 * 2. It leaves the register once the exporter was told. Told twice, the exporter notices.
 * 3. Where the exporter cannot be told, it is told later.
 */
import type { ExportInput } from '../../contracts/trace.ts';
import type { CallRegister } from '../call-register.ts';

/** Runs that end together share a signal; a later one waits until so long after the signal before. */
const times = { gatherMs: 300, betweenMs: 2_000 };
/** Runs of one signal. */
const mostOfSignal = 200;

type Ending = { run: ExportInput; told: () => void };
type Tell = (runs: ExportInput[]) => Promise<void>;

export class HandOvers {
  readonly #tell: Tell;
  readonly #register: Pick<CallRegister, 'addEnding'>;
  #waiting: Ending[] = [];
  #timer: NodeJS.Timeout | null = null;
  #lastMs = Number.NEGATIVE_INFINITY;
  #flushed: Promise<void> = Promise.resolve();

  constructor(register: Pick<CallRegister, 'addEnding'>, tell: Tell) {
    [this.#register, this.#tell] = [register, tell];
  }

  /**
   * Resolves once the run will be handed over whatever becomes of this process.
   * @throws Error where it cannot be written down, nor the exporter be told now
   */
  async soon(run: ExportInput): Promise<void> {
    const told = this.#register.addEnding(run);
    if (told === null) return this.#tell([run]);
    this.#waiting.push({ run, told });
    this.#wake();
  }

  /** Tells the exporter of all runs that wait. @throws Error where it cannot be told; they wait on */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#flushed = this.#flushed.catch(() => {}).then(() => this.#send());
    return this.#flushed;
  }

  #wake(): void {
    if (this.#timer !== null || this.#waiting.length === 0) return;
    const waitMs = Math.max(times.gatherMs, this.#lastMs + times.betweenMs - performance.now());
    this.#timer = setTimeout(() => void this.flush().catch(() => {}), waitMs).unref();
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const part = this.#waiting.splice(0, mostOfSignal);
      this.#lastMs = performance.now();
      try {
        await this.#tell(part.map(({ run }) => run));
      } catch (error) {
        this.#waiting.unshift(...part);
        this.#wake();
        throw error;
      }
      for (const { told } of part) told();
    }
  }
}
