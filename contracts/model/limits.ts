/** What an endpoint may be asked: set by the configuration, and changed while workers run. */
import { z } from 'zod';
import { endpointNames } from '../names.ts';

export const EndpointName = z.enum(endpointNames);
export type EndpointName = z.infer<typeof EndpointName>;

export const ModelLimits = z.strictObject({
  /** Calls begun a minute, by all workers of the task queue together; null: no limit. */
  requests: z.int().positive().max(1_000_000).nullable(),
  /** Input and output tokens a minute, by each worker process. */
  tokens: z.int().positive().max(1_000_000_000).nullable(),
  /** Calls at once, by each worker process. */
  concurrency: z.int().positive().max(10_000).nullable(),
});
export type ModelLimits = z.infer<typeof ModelLimits>;

export const noLimits: ModelLimits = { requests: null, tokens: null, concurrency: null };

/** Whether anything is limited. */
export const isLimited = (limits: ModelLimits): boolean => Object.values(limits).some((limit) => limit !== null);

/** What `switchyard limits set` leaves in the data directory: it holds instead of the configuration's. */
export const LimitsFile = z.strictObject({ model: ModelLimits.exactOptional(), fallback: ModelLimits.exactOptional() });
export type LimitsFile = z.infer<typeof LimitsFile>;

/** In which endpoint's queue calls wait for their turn; null: no limit is set, they have no queue of their own. */
export const ModelQueues = z.object({ model: EndpointName.nullable(), fallback: EndpointName.nullable() });
export type ModelQueues = z.infer<typeof ModelQueues>;
