/** What somebody is told of a run by a webhook: which run, and what became of it; neither question nor answer. */
import { z } from 'zod';

export const Notice = z.object({
  event: z.enum(['run.waiting', 'run.ended', 'run.failed']),
  workflowId: z.string().min(1),
  runId: z.string().min(1),
  /** From 1, of the run's notices: with the run id it names the notice, however often that is delivered. */
  number: z.int().positive(),
  /** Milliseconds since the epoch. */
  atMs: z.int().nonnegative(),
  pipeline: z.string(),
  user: z.string().exactOptional(),
  /** How it ended; null for one that waits or has failed. */
  outcome: z.string().nullable(),
  /** The kind of what it waits for; null for one that has ended. */
  waitingFor: z.string().nullable(),
});
export type Notice = z.infer<typeof Notice>;

/** The same for every delivery of a notice. */
export function noticeIdOf({ runId, number }: Pick<Notice, 'runId' | 'number'>): string {
  return `${runId}-${number}`;
}
