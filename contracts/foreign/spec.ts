/** What a pipeline says of a tool of a foreign MCP server. */
import { z } from 'zod';

export const ForeignToolSpec = z.strictObject({
  effects: z
    .boolean()
    .describe(
      'True: it may have effects, and is offered all the same; each call is approved first. False: it only reads, although its server does not say so.',
    ),
  idempotent: z
    .boolean()
    .exactOptional()
    .describe(
      'True: another call of the same arguments changes nothing more, so that a call that failed is made again.',
    ),
});
export type ForeignToolSpec = z.infer<typeof ForeignToolSpec>;
