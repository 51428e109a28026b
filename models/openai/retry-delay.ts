/** Reads how long an endpoint asks its callers to wait: in headers, in fields of an error body, or in its words. */

/**
 * Milliseconds from `retry-after-ms`, else from `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3), in full:
 * whoever waits decides what is too long. Null when neither header says a time.
 */
export function delayInHeaders(headers: Headers, nowMs: number): number | null {
  const milliseconds = amount(headers.get('retry-after-ms'));
  if (milliseconds !== null) return Math.ceil(milliseconds);
  const text = headers.get('retry-after');
  const seconds = amount(text);
  if (seconds !== null) return Math.ceil(seconds * 1000);
  // A bare or negative number is no HTTP date, though Date.parse would make one of it.
  const date = text === null || !/[a-z]/i.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

/** Google's RetryInfo (`retryDelay: "34s"`), and fields that say their unit or are seconds by custom. */
export function delayInFields(part: object): number | null {
  const { retryDelay, retry_delay, retry_after, retryAfter, retry_after_ms, retry_after_seconds } = part as Record<
    string,
    unknown
  >;
  if (typeof retryDelay === 'string') return duration(retryDelay);
  const google = (retry_delay as { seconds?: unknown } | null | undefined)?.seconds;
  const seconds = [google, retry_after, retryAfter, retry_after_seconds].map(numberOf).find((value) => value !== null);
  const milliseconds = numberOf(retry_after_ms) ?? (seconds == null ? null : seconds * 1000);
  return milliseconds === null ? null : Math.ceil(milliseconds);
}

/** "try again in 7.3s", "retry after 20 seconds", "in 1m30.5s": as OpenAI, Azure, Groq and Google say it. */
export function delayInWords(message: string): number | null {
  const said =
    /(?:try again|retry|wait)[a-z ]{0,40}?(?:in|after|for) (?:about )?((?:\d{1,6}(?:\.\d{1,9})? ?[a-z]{1,12} ?){1,4})/i.exec(
      message,
    );
  return said?.[1] === undefined ? null : duration(said[1]);
}

const units: readonly [RegExp, number][] = [
  [/^(ms|milliseconds?|msecs?)$/, 1],
  [/^(s|seconds?|secs?)$/, 1000],
  [/^(m|minutes?|mins?)$/, 60_000],
  [/^(h|hours?|hrs?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
];

/** `1h2m3.5s` and `20 seconds`; null where the first unit is none. */
function duration(text: string): number | null {
  let sum: number | null = null;
  for (const [, digits, unit = ''] of text.toLowerCase().matchAll(/(\d{1,6}(?:\.\d{1,9})?) ?([a-z]{1,12})/g)) {
    const factor = units.find(([name]) => name.test(unit))?.[1];
    if (factor === undefined) break;
    sum = (sum ?? 0) + Number(digits) * factor;
  }
  return sum === null ? null : Math.ceil(sum);
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'string') return amount(value);
  return typeof value === 'number' && value >= 0 ? value : null;
}

function amount(text: string | null): number | null {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}
