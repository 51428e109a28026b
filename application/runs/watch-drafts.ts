/** Watches a run together with what its drafts say while they are written, as far as its workers are on this machine. */
import { type DraftEvent, Drafts } from '../../contracts/draft-stream.ts';
import { type DraftReading, readDrafts } from '../../runtime/client/draft-reader.ts';
import type { RunEvent } from './watch-run.ts';

/** What is told of drafts while they are written. */
export type DraftRunEvent =
  /**
   * A draft as it stands, from its beginning; what is new begins at `from`, which is 0 where a later attempt replaces what
   * was there. A draft is not the answer: it may be found weak, and its citations are checked once it has ended.
   */
  | { kind: 'draft'; draft: DraftEvent; from: number }
  /** Told once: drafts are written by a worker whose socket is not on this machine, so that there are stages alone. */
  | { kind: 'drafts-elsewhere' };

/** What is told of a run that is watched. */
export type WatchEvent = RunEvent | DraftRunEvent;

/**
 * The events of `watchRun`, and between them those of drafts. Whoever reads slowly gets several pieces as one.
 * @param folder the sockets of this data directory's workers
 */
export async function* withDrafts(
  events: AsyncGenerator<RunEvent, void>,
  folder: string,
  run: { workflowId: string; runId: string },
): AsyncGenerator<WatchEvent, void> {
  const waiting = new WaitingDrafts();
  using reading = readDrafts(folder, run, (event) => waiting.take(event));
  let isTold = false;
  try {
    let next = events.next();
    for (;;) {
      const first = await Promise.race([next, waiting.changed()]);
      if (first === undefined) {
        yield* waiting.events();
        continue;
      }
      if (first.done === true) return;
      if (!isTold && isElsewhere(first.value, reading, waiting)) {
        isTold = true;
        yield { kind: 'drafts-elsewhere' };
      }
      yield first.value;
      if (first.value.kind === 'finished') return;
      next = events.next();
    }
  } finally {
    await events.return();
  }
}

const writing: readonly string[] = ['delegating', 'reviewing', 'synthesizing'];

/** A worker that has told nothing of a draft which is there is another one than ours. */
function isElsewhere(event: RunEvent, reading: DraftReading, waiting: WaitingDrafts): boolean {
  if (event.kind !== 'progress' || waiting.hasHeard) return false;
  const { stage, state } = event.progress;
  return writing.includes(stage) && (reading.workers() === 0 || state.specialist_output.length > 0);
}

class WaitingDrafts {
  hasHeard = false;
  readonly #drafts = new Drafts();
  /** Where what is new in a draft begins. */
  readonly #from = new Map<string, number>();
  #change = Promise.withResolvers<undefined>();

  take(event: DraftEvent): void {
    this.hasHeard = true;
    const before = this.#drafts.get(event.call)?.text.length ?? 0;
    const { kind } = this.#drafts.take(event);
    if (kind === 'ignored') return;
    const from = kind === 'replaced' ? 0 : Math.min(before, this.#from.get(event.call) ?? before);
    this.#from.set(event.call, from);
    this.#change.resolve(undefined);
  }

  /** Resolves once there is something that `events` has not given. */
  changed(): Promise<undefined> {
    return this.#change.promise;
  }

  events(): DraftRunEvent[] {
    const changes = [...this.#from];
    this.#from.clear();
    this.#change = Promise.withResolvers();
    return changes.flatMap(([call, from]) => {
      const draft = this.#drafts.get(call);
      return draft === undefined ? [] : [{ kind: 'draft', draft, from }];
    });
  }
}
