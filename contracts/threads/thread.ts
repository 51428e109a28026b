/** A thread: the chain of runs that go on from each other. What one turn takes along of those before it is bounded here. */
import { z } from 'zod';
import { SnapshotPath } from '../evidence.ts';

/** What a turn takes along, however long its thread is. */
export const carriedAtMost = {
  questions: 4,
  questionCharacters: 500,
  places: 12,
  quoteCharacters: 300,
  /** Of the places as JSON. */
  placeCharacters: 6_000,
} as const;

export const threadIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/;

/** Safe in a run's id and in a query; without the dot that ends it there. */
export const ThreadId = z.string().regex(threadIdPattern);

/** Lines that an earlier answer has cited: a hint to read them again, never evidence. */
export const CarriedPlace = z.object({
  path: SnapshotPath,
  firstLine: z.int().positive(),
  lastLine: z.int().positive(),
  /** Words that stood there, cut. */
  quote: z.string().max(carriedAtMost.quoteCharacters),
  /** Id of the snapshot in which they did. */
  snapshot: z.string().max(100),
});
export type CarriedPlace = z.infer<typeof CarriedPlace>;

/** What a run is told of the thread that it is a turn of. */
export const ThreadTurn = z.object({
  id: ThreadId,
  /** Workflow id of the run that it goes on from; null: it begins the thread. */
  parent: z.string().min(1).max(1000).nullable(),
  /** From 1; turns of two branches may have the same number. */
  turn: z.int().positive(),
  /** The last questions before it, each in full where it was rewritten; the oldest first. */
  questions: z.array(z.string().max(carriedAtMost.questionCharacters)).max(carriedAtMost.questions),
  places: z.array(CarriedPlace).max(carriedAtMost.places),
});
export type ThreadTurn = z.infer<typeof ThreadTurn>;

/**
 * A carried place at the present snapshot. `same`: the words stand at those lines; `moved`: at other lines of the file, which
 * are then given; `changed`: nowhere in the file; `gone`: there is no such file; `unchecked`: it could not be looked at.
 */
export const CheckedPlace = CarriedPlace.extend({
  status: z.enum(['same', 'moved', 'changed', 'gone', 'unchecked']),
  /** Of a place that has moved: where it was. */
  was: z.object({ firstLine: z.int().positive(), lastLine: z.int().positive() }).exactOptional(),
});
export type CheckedPlace = z.infer<typeof CheckedPlace>;

/** What became of a turn's question. `off`: the pipeline has follow-ups asked as they are. */
export const Rewriting = z.object({
  kind: z.enum(['first', 'off', 'not-needed', 'rewritten', 'failed']),
  /** Why it was to be rewritten, or could not be. */
  reason: z.string().max(500).exactOptional(),
});
export type Rewriting = z.infer<typeof Rewriting>;

/** Of a turn, for its record. */
export const ThreadRecord = z.object({
  id: ThreadId,
  parent: z.string().nullable(),
  turn: z.int().positive(),
  rewriting: Rewriting,
  /** The places that were carried, at the snapshot of this run. */
  places: z.array(CheckedPlace),
});
export type ThreadRecord = z.infer<typeof ThreadRecord>;

/** What specialists are shown beside the question: where to look, marked as no evidence. */
export const Hints = z.object({
  /** `path:first-last`, one each. */
  places: z.array(z.string()).max(20),
  /** Each on one line, with who wrote it and when. */
  notes: z.array(z.string()).max(20),
});
export type Hints = z.infer<typeof Hints>;

// The ids of a thread's runs begin with its own, so that any server finds them.

/** @returns how the ids of the thread's runs begin; of any thread's without an id */
export function turnPrefix(threadId?: string): string {
  return threadId === undefined ? 'thread.' : `thread.${threadId}.`;
}

/** The thread that a run's id says it is a turn of; null: none. */
export function threadOfRunId(workflowId: string): string | null {
  const [, id] = /^thread\.([A-Za-z0-9][A-Za-z0-9_-]{0,59})\../.exec(workflowId) ?? [];
  return id ?? null;
}
