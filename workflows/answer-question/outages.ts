/**
 * How a run waits for a provider: it sleeps as long as the provider asks, or waits until a person resumes it.
 *
 * 1. While anything waits, the `state` query and the details in the Web UI say so, and what for.
 * 2. One signal resumes every branch that waits when it arrives; one that arrives while nothing waits is not kept. Each wait
 *    is a request, too, so that a person can decide on it alone: to ask again, or to give up at once.
 * 3. All waits for a person of one run, side by side or one after the other, have one limit together.
 * 4. The outcome reads `waiting` from the first branch that waits for a person to the last.
 * 5. A run that a person has paused begins no model call, and waits for a person until the same signal resumes it. What was
 *    under way goes on to its end. The same while a person is asked for more time.
 */
import { condition, defineSignal, setHandler, sleep } from '@temporalio/workflow';
import { defaultPersonWaitSeconds, signals } from '../../contracts/names.ts';
import type { CallLimits, RunFailure } from '../../contracts/run.ts';
import type { Decisions } from './decisions/decisions.ts';
import { openForPerson } from './decisions/person-wait.ts';
import { givenUp, Unavailable } from './failures.ts';
import type { Visibility } from './visibility.ts';
import type { OpenWaits, Wait } from './limits/waits.ts';

/** A person resumes the run; its name on the wire is older than the word. */
export const resumeRunSignal = defineSignal(signals.retry);
/** A person pauses the run: it begins nothing new. */
export const pauseRunSignal = defineSignal(signals.pause);

const paused: RunFailure = { kind: 'RunPaused', message: 'a person has paused the run', setting: null };

export class Outages {
  readonly #limitSeconds: number;
  readonly #waits: OpenWaits;
  readonly #visibility: Visibility;
  readonly #decisions: Decisions;
  /** Ends the pause; null while the run is not paused. */
  #endPause: (() => void) | null = null;
  /** True while nothing new may begin, since a person is asked for more time. */
  held = false;

  /** Takes the signals from here on. */
  constructor(
    { personWaitSeconds = defaultPersonWaitSeconds }: CallLimits,
    waits: OpenWaits,
    visibility: Visibility,
    decisions: Decisions,
  ) {
    this.#limitSeconds = personWaitSeconds;
    this.#waits = waits;
    this.#visibility = visibility;
    this.#decisions = decisions;
    setHandler(resumeRunSignal, () => {
      this.#decisions.retry();
      this.#endPause?.();
      this.#endPause = null;
    });
    setHandler(pauseRunSignal, () => {
      this.#endPause ??= this.#openForPerson(paused);
    });
  }

  /** Null while the run is not paused; else resolves once it is resumed. @throws Unavailable as `waitForPerson` */
  whilePaused(): Promise<void> | null {
    return this.#endPause === null && !this.held ? null : this.#untilNotPaused();
  }

  async #untilNotPaused(): Promise<void> {
    while (this.#endPause !== null || this.held) {
      if (this.#endPause === null) {
        await condition(() => !this.held);
        continue;
      }
      const resumed = await condition(() => this.#endPause === null, this.#decisions.leftMs);
      if (!resumed) throw new Unavailable(givenUp(paused, this.#limitSeconds));
    }
  }

  /** Sleeps as long as the provider asks. */
  async pause(milliseconds: number, why: string): Promise<void> {
    const message = `the provider asks to wait ${Math.ceil(milliseconds / 1000)} s: ${why}`;
    const close = this.#open({ kind: 'provider', message });
    try {
      await sleep(milliseconds, { summary: 'as long as the provider asks' });
    } finally {
      close();
    }
  }

  /**
   * Waits until a person resumes the run, or decides on this wait alone.
   * @param place what waits, for the id of the request
   * @throws Unavailable once the run has waited for people as long as it may, or where a person gives up
   */
  async waitForPerson(failure: RunFailure, place = 'step'): Promise<void> {
    const { leftMs } = this.#decisions;
    const request = this.#decisions.open({ ...providerRequest, place, asked: failure.message, waitMs: leftMs });
    const close = this.#openForPerson(failure);
    let resumed: boolean | null = null;
    try {
      resumed = await condition(() => request.decided !== null, leftMs);
    } finally {
      this.#decisions.close(request);
      close(resumed !== null);
    }
    if (!resumed) throw new Unavailable(givenUp(failure, this.#limitSeconds));
    if (request.decided?.decision === 'give-up') throw new Unavailable(failure);
  }

  /** Shows a wait for a person. @returns ends it, and notes so unless told otherwise */
  #openForPerson(failure: RunFailure): (noted?: boolean) => void {
    const message = `${failure.message}; ${failure === paused ? '' : 'once that is fixed: '}switchyard runs resume`;
    return openForPerson(this.#waits, this.#visibility, { kind: 'person', message, failure });
  }

  /** Shows a wait. @returns ends it */
  #open(wait: Wait): () => void {
    const end = this.#waits.open(wait);
    this.#visibility.show();
    return () => {
      end();
      this.#visibility.show();
    };
  }
}

const providerRequest = {
  kind: 'provider' as const,
  choices: [
    { choice: 'retry', meaning: 'ask the provider again: what was wrong is fixed' },
    { choice: 'give-up', meaning: 'wait no longer: the run ends as unavailable, or goes on without' },
  ],
  default: 'give-up',
};
