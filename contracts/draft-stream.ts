/**
 * The text of drafts while they are written, as a worker tells it on its socket: one JSON object a line. It is shown, and
 * nothing rests on it: what counts of a draft stands in the run's history and in its outcome.
 */
import { z } from 'zod';

/** Characters of a draft's answer that are read, kept and streamed. */
export const answerCharacters = 20_000;

/** The one line of a reader. */
export const DraftRequest = z.object({ workflowId: z.string().max(1000), runId: z.string().max(200) });
export type DraftRequest = z.infer<typeof DraftRequest>;

export const DraftEvent = z.object({
  workflowId: z.string(),
  runId: z.string(),
  /** Names the call within its run. */
  call: z.string(),
  stage: z.enum(['specialist', 'synthesis']),
  /** Of a specialist's draft, with the number of its try from 1. */
  specialist: z.string().exactOptional(),
  try: z.int().positive().exactOptional(),
  /** The activity, its attempt, and the request that this attempt has sent: what a later one writes replaces what was there. */
  attempt: z.tuple([z.int().nonnegative(), z.int().positive(), z.int().nonnegative()]),
  /** Where in the attempt's text this piece begins, in UTF-16 code units. */
  index: z.int().nonnegative(),
  text: z.string(),
  /** The reply was stored before: nothing is asked, and it comes in one piece. */
  replayed: z.literal(true).exactOptional(),
  /** Nothing follows: the whole reply is there, and what is made of it the run's state tells. */
  ended: z.literal(true).exactOptional(),
});
export type DraftEvent = z.infer<typeof DraftEvent>;

/** Negative where `one` is the earlier attempt. */
function compareAttempts(one: DraftEvent['attempt'], other: DraftEvent['attempt']): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/** `replaced`: the text before it is void; `ignored`: of an earlier attempt, or known already. */
type DraftChange = { kind: 'grown' | 'replaced' | 'ignored'; draft: DraftEvent };

/** The drafts of one run as they stand, each as one event from its beginning. */
export class Drafts {
  readonly #byCall = new Map<string, DraftEvent>();

  /** In the order in which they began; a reply without an answer, such as a call of tools, is none. */
  all(): DraftEvent[] {
    return [...this.#byCall.values()].filter(({ text }) => text !== '');
  }

  get(call: string): DraftEvent | undefined {
    return this.#byCall.get(call);
  }

  /** Takes an event; one may come twice, late, or from a worker that has lost the call, and nothing is doubled by it. */
  take(event: DraftEvent): DraftChange {
    const known = this.#byCall.get(event.call);
    const order = known === undefined ? 1 : compareAttempts(event.attempt, known.attempt);
    const wholeFrom = known === undefined || order > 0 ? 0 : known.text.length;
    const isGap = event.index > wholeFrom;
    const isKnown = order === 0 && event.index + event.text.length <= wholeFrom && !event.ended;
    if (order < 0 || isGap || isKnown) return { kind: 'ignored', draft: known ?? event };
    const before = order === 0 && known !== undefined ? known.text : '';
    const draft = { ...event, index: 0, text: before + event.text.slice(before.length - event.index) };
    if (order > 0) this.#byCall.delete(event.call);
    this.#byCall.set(event.call, draft);
    return { kind: order > 0 && known !== undefined ? 'replaced' : 'grown', draft };
  }

  /** Forgets the oldest until so many characters are left. @returns how many there are */
  shorten(most: number): number {
    let characters = [...this.#byCall.values()].reduce((sum, { text }) => sum + text.length, 0);
    for (const [call, { text }] of this.#byCall) {
      if (characters <= most) break;
      this.#byCall.delete(call);
      characters -= text.length;
    }
    return characters;
  }
}
