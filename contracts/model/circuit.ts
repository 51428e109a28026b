/** An endpoint's model that a worker leaves alone, since it does not answer. */
import { z } from 'zod';

export const OpenCircuit = z.object({
  /** For people. */
  endpoint: z.string(),
  model: z.string(),
  /** In a row so far. */
  failures: z.int().positive(),
  /** Milliseconds since the epoch. */
  openedMs: z.number(),
  /** When the next call is let through. */
  probeMs: z.number(),
  lastFailure: z.string(),
});
export type OpenCircuit = z.infer<typeof OpenCircuit>;

/** What a worker leaves in the data directory for others to show: its process, and its circuits that are open. */
export const CircuitFile = z.object({ pid: z.int().positive(), open: z.array(OpenCircuit) });
