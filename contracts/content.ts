/** References to immutable text kept outside of history, by the hash of its bytes. */
import { z } from 'zod';

/** SHA-256 of the stored bytes, hex. */
export const ContentId = z.string().regex(/^[0-9a-f]{64}$/);
export type ContentId = z.infer<typeof ContentId>;
