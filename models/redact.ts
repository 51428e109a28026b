/** Makes text from an endpoint fit for an error message: one line, short, and without keys. */

const keyLike = /\b(?:sk|rk|pk|gsk|xai|hf|AIza)[-_][\w*.-]{4,}|\bAIza[\w-]{10,}|(?<=bearer\s)[\w.~+/=*-]{6,}/gi;
const fragment = 8;

/**
 * Text with every secret, every piece of one of 8 characters or more, and everything that looks like a key replaced.
 * @param secrets the keys in use; those shorter than 8 characters cannot be told from words and are left.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) clean = withoutPiecesOf(clean, secret);
  return clean.replace(keyLike, '[redacted]');
}

/** One line of at most `length` characters, control characters gone. */
export function oneLine(text: string, length: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** A base URL for people: no user, password, query or fragment. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/(?<!\/)\/+$/, '')}`;
}

function withoutPiecesOf(text: string, secret: string): string {
  let clean = '';
  let at = 0;
  while (at < text.length) {
    const length = sharedLength(text, at, secret);
    clean += length === 0 ? text[at] : '[redacted]';
    at += Math.max(1, length);
  }
  return clean;
}

/** Length of the longest piece of the secret that the text holds at this place; 0 when shorter than a fragment. */
function sharedLength(text: string, at: number, secret: string): number {
  let length = fragment;
  if (at + length > text.length || !secret.includes(text.slice(at, at + length))) return 0;
  while (at + length < text.length && secret.includes(text.slice(at, at + length + 1))) length += 1;
  return length;
}
