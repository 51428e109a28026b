/** Under which key the reply to a call is kept, and in which file of the journal. */
import { z } from 'zod';
import { SpanScope } from '../trace.ts';

/** One paid call: which call of which run it is, and for what. */
export const JournalKey = z.object({
  workflowId: z.string(),
  runId: z.string(),
  callKey: z.string(),
  requestHash: z.string(),
});
export type JournalKey = z.infer<typeof JournalKey>;

/** What stands beside a reply for those who look for it in a run: where it was asked for, and of which model. */
export const CallAbout = z.object({
  scope: SpanScope,
  model: z.string(),
  /** A hash of what else decides which model answers. */
  endpoint: z.string(),
});
export type CallAbout = z.infer<typeof CallAbout>;

/** In the journal's folder, the file with the entries of a run; whatever its id holds, it is no other place. */
export const journalFileName = (runId: string): string => `${encodeURIComponent(runId)}.journal`;
/** Those, and files of the format before, one a call, which nobody reads any more. */
export const journalFiles = /\.journal$|^[0-9a-f]{64}\.json(\.[0-9a-f-]+\.tmp)?$/;
