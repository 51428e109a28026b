/**
 * What a command and the runtime of its home say to each other: one JSON object a line over a local socket.
 * An open connection is a membership: when the last one closes, the runtime stops the worker and the server.
 */
import { z } from 'zod';

/** The first line of a member. `server`: only to look at runs; `worker`: runs must make progress. */
export const MemberMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('join'), need: z.enum(['server', 'worker']) }),
  /** The member is done; the runtime answers `staying`, or `stopping` and closes the socket once all has stopped. */
  z.object({ kind: z.literal('leave') }),
]);
export type MemberMessage = z.infer<typeof MemberMessage>;

export const RuntimeMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), text: z.string() }),
  z.object({
    kind: z.literal('ready'),
    address: z.string(),
    namespace: z.string(),
    /** Base of the Web UI, without a trailing slash; null when the server is not ours and none is named. */
    webUrl: z.string().nullable(),
    taskQueue: z.string(),
    /** Base URL of the model endpoint in use. */
    modelUrl: z.string().nullable(),
    offlineModel: z.boolean(),
    pid: z.int(),
  }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
  z.object({ kind: z.literal('staying'), members: z.int() }),
  z.object({ kind: z.literal('stopping') }),
]);
export type RuntimeMessage = z.infer<typeof RuntimeMessage>;
