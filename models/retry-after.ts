/** Reads how long an endpoint asks its callers to wait. */

/**
 * Milliseconds from `retry-after-ms`, else from `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3), in full:
 * whoever waits decides what is too long. Null when neither header says a time.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const milliseconds = amount(headers.get('retry-after-ms'));
  if (milliseconds !== null) return Math.ceil(milliseconds);
  const text = headers.get('retry-after');
  const seconds = amount(text);
  if (seconds !== null) return Math.ceil(seconds * 1000);
  // A bare or negative number is no HTTP date, though Date.parse would make one of it.
  const date = text === null || !/[a-z]/i.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

function amount(text: string | null): number | null {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}
