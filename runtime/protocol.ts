/**
 * What a command and the runtime of its data directory say to each other: one JSON object a line over a local socket.
 * An open connection is a client: when the last one closes, the runtime stops the worker and the server.
 */
import { z } from 'zod';

/** The first line of a client. `server`: only to look at runs; `worker`: runs must make progress. */
export const ClientMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('join'), need: z.enum(['server', 'worker']) }),
  /** The client is done; the runtime answers `staying`, or `stopping` and closes the socket once all has stopped. */
  z.object({ kind: z.literal('leave') }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

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
    /** Of Switchyard's code that runs there. */
    version: z.string().optional(),
  }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
  z.object({ kind: z.literal('staying'), clients: z.int() }),
  z.object({ kind: z.literal('stopping') }),
]);
export type RuntimeMessage = z.infer<typeof RuntimeMessage>;
