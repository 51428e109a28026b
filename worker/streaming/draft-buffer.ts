/** Keeps the text of drafts that are being written, for whoever begins to watch in the middle, and passes it on to those who watch. */
import { answerCharacters, type DraftEvent, type DraftRequest, Drafts } from '../../contracts/draft-stream.ts';

export type DraftListener = (event: DraftEvent) => void;

/** Of one run: two drafts side by side and a synthesis, at their longest. */
const charactersOfRun = 4 * answerCharacters;
/** Of all runs. */
const charactersInAll = 4_000_000;
const runsAtMost = 1_000;

type Run = { drafts: Drafts; characters: number; listeners: Set<DraftListener> };

/** Nothing tells a worker that a run has ended: what has been written last is kept longest. */
export class DraftBuffer {
  /** The one that was written to last is the last. */
  readonly #runs = new Map<string, Run>();
  #characters = 0;

  /** Takes an event of this worker's. */
  readonly tell = (event: DraftEvent): void => {
    const name = nameOf(event);
    const run = this.#of(name);
    const { kind } = run.drafts.take(event);
    if (kind === 'ignored') return;
    this.#measure(run, run.drafts.shorten(charactersOfRun));
    this.#runs.delete(name);
    this.#runs.set(name, run);
    this.#forgetOldest();
    for (const listener of run.listeners) listener(event);
  };

  /** @returns the drafts of the run as they stand, and what ends the listening */
  watch(request: DraftRequest, listener: DraftListener): { drafts: DraftEvent[]; stop: () => void } {
    const name = nameOf(request);
    const run = this.#of(name);
    run.listeners.add(listener);
    const stop = () => {
      run.listeners.delete(listener);
      if (run.characters === 0 && run.listeners.size === 0) this.#runs.delete(name);
    };
    return { drafts: run.drafts.all(), stop };
  }

  #of(name: string): Run {
    const run = this.#runs.get(name) ?? { drafts: new Drafts(), characters: 0, listeners: new Set() };
    this.#runs.set(name, run);
    return run;
  }

  #measure(run: Run, characters: number): void {
    this.#characters += characters - run.characters;
    run.characters = characters;
  }

  /** Not what is watched: what goes on would begin in the middle. */
  #forgetOldest(): void {
    for (const [name, run] of this.#runs) {
      if (this.#characters <= charactersInAll && this.#runs.size <= runsAtMost) return;
      if (run.listeners.size > 0) continue;
      this.#measure(run, 0);
      this.#runs.delete(name);
    }
  }
}

const nameOf = ({ workflowId, runId }: DraftRequest): string => `${workflowId} ${runId}`;
