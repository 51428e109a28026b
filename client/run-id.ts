/** Names runs so that their ids sort by time and never meet. */
import { randomBytes } from 'node:crypto';

/** `ask-` or another prefix, the time in base 36 (milliseconds, nine digits until the year 5188), and 50 random bits. */
export function newRunId(prefix = 'ask', now = Date.now()): string {
  const random = randomBytes(8).readBigUInt64BE() >> 14n;
  return `${prefix}-${now.toString(36).padStart(9, '0')}-${random.toString(36).padStart(10, '0')}`;
}
