/** What a command and the process that replays histories say to each other, one JSON text a line. */
import { z } from 'zod';

export type ReplayTask = {
  workflowId: string;
  /** In Temporal's own JSON form. */
  history: unknown;
};

export const ReplayVerdict = z.object({
  workflowId: z.string(),
  runId: z.string(),
  /** The first command that the code sends and the history has otherwise; null: the code fits the history. */
  difference: z.string().nullable(),
});
export type ReplayVerdict = z.infer<typeof ReplayVerdict>;
