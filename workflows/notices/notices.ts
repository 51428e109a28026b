/**
 * Leaves notices of a run to a workflow of their own: by a local activity, so that it costs the run neither a task nor a
 * place in a queue. A run never fails for a notice, and waits at its end for those that are being left, ten seconds at most.
 */
import { CancellationScope, log, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { Notice } from '../../contracts/notice.ts';
import type { QuestionInput } from '../../contracts/run.ts';

const { leaveNotice } = proxyLocalActivities<Pick<Activities, 'leaveNotice'>>({
  startToCloseTimeout: '3s',
  scheduleToCloseTimeout: '10s',
  retry: { maximumAttempts: 3, initialInterval: '100ms' },
});

export class Notices {
  readonly #about: Pick<Notice, 'pipeline' | 'user'>;
  readonly #beingLeft = new Set<Promise<void>>();
  #number = 0;
  #isWaiting = false;

  constructor({ pipeline, user }: Pick<QuestionInput, 'pipeline' | 'user'>) {
    this.#about = { pipeline: pipeline.name, ...(user === undefined ? {} : { user }) };
  }

  /** @param kind of what it waits for; null: it goes on */
  waits(kind: string | null): void {
    const begins = kind !== null && !this.#isWaiting;
    this.#isWaiting = kind !== null;
    if (begins) this.#leave({ event: 'run.waiting', outcome: null, waitingFor: kind });
  }

  ended(outcome: string): void {
    this.#leave({ event: 'run.ended', outcome, waitingFor: null });
  }

  failed(): void {
    this.#leave({ event: 'run.failed', outcome: null, waitingFor: null });
  }

  /** Resolves when none is being left any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#beingLeft);
  }

  #leave(what: Pick<Notice, 'event' | 'outcome' | 'waitingFor'>): void {
    const { workflowId, runId } = workflowInfo();
    this.#number += 1;
    const notice = { ...what, ...this.#about, workflowId, runId, number: this.#number, atMs: Date.now() };
    const left = CancellationScope.nonCancellable(() => leaveNotice(notice)).catch((error: unknown) =>
      log.warn('a notice of this run is lost', { notice, error: String(error) }),
    );
    this.#beingLeft.add(left);
    void left.then(() => this.#beingLeft.delete(left));
  }
}
