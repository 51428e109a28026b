/** Takes secrets out of text and of whole values, before anything leaves the process. */

const mask = '[redacted]';

/**
 * Where a JSON Web Token may be: from the beginning of each run alone, so that no run is read from every place in it.
 * It takes as long as all other patterns together, so that it is used only where a token can be.
 */
const dottedRuns = /(?<![\w.-])[\w-]+(?:\.[\w-]+){2,}/g;
const tokenStart = 'eyJ';

/** What looks like a secret wherever it stands, with what is kept of it. */
const patterns: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
  [/\b((?:sk|pk|rk)-)[A-Za-z0-9_-]{6,}/g, `$1${mask}`],
  [/\b(gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|hf_|npm_|gsk_|xai-)[A-Za-z0-9_-]{10,}/g, `$1${mask}`],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, `$1${mask}`],
  [/\bAIza[\w-]{20,}/g, mask],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${mask}`],
  [
    /("(?:api[-_]?key|authorization|password|passwd|secret|token|private[-_]?key)"\s*:\s*)"[^"\\]*(?:\\.[^"\\]*)*"/gi,
    `$1"${mask}"`,
  ],
  [/(?<![A-Za-z0-9])((?:password|passwd|secret|token|api[-_]?key)\s*[:=]\s*)(["'`])[^"'`\n]{6,}\2/gi, `$1$2${mask}$2`],
  [
    /^([ \t]*(?:export[ \t]+)?[A-Z][A-Z0-9_]*(?:PASSWORD|SECRET|TOKEN|KEY)[ \t]*=[ \t]*)[^\s"'#$<{][^\s#]{5,}/gm,
    `$1${mask}`,
  ],
  [/(:\/\/[^\s/:@"]*:)[^\s/@"]+@/g, `$1${mask}@`],
];

const secretName =
  /^(?:.*[-_])?(api[-_]?key|authorization|password|passwd|secret|(?:access|refresh|auth)[-_]?token|token|private[-_]?key)$/i;

export type Redactor = {
  text(text: string): string;
  /** The same for every string of a value, its keys too; a string under a name like `password` goes whole. */
  value(value: unknown): unknown;
};

/**
 * @param secrets values that must never be shown whatever they look like: the configured keys
 * @param own more patterns, each of which goes whole
 */
export function createRedactor(secrets: readonly string[], own: readonly RegExp[] = []): Redactor {
  // One may be a part of another.
  const longestFirst = secrets.toSorted((one, other) => other.length - one.length);
  const text = (given: string) =>
    own.reduce((rest, pattern) => rest.replace(pattern, mask), redactSecrets(given, longestFirst));
  return redactorOver(text);
}

function redactorOver(text: Redactor['text']): Redactor {
  const value = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== 'object' || given === null) return given;
    const entries = Object.entries(given).map(([name, inner]) => {
      const hidden = secretName.test(name) && typeof inner === 'string' && inner !== '';
      return [text(name), hidden ? mask : value(inner)] as const;
    });
    return Object.fromEntries(entries);
  };
  return { text, value };
}

/** Reads each text once, for a value that says the same again and again. What it has read is kept as long as it is. */
export function readingOnce(redactor: Redactor): Redactor {
  const read = new Map<string, string>();
  return redactorOver((given) => {
    const clean = read.get(given) ?? redactor.text(given);
    read.set(given, clean);
    return clean;
  });
}

/** An address for people: no user and password, and no values of its query, which may be keys. */
export function shownAddress(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  const names = [...url.searchParams.keys()].map((name) => `${name}=…`);
  return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}${names.length === 0 ? '' : `?${names.join('&')}`}`;
}

/** The password in an address: as it stands there, decoded, and with the user as `Authorization: Basic` has them. */
export function passwordsIn(address: string | null): string[] {
  const { username = '', password = '' } = (address === null ? null : URL.parse(address)) ?? {};
  if (password === '') return [];
  const [user, word] = [decoded(username), decoded(password)];
  return [password, word, Buffer.from(`${user}:${word}`).toString('base64')];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What may be a key in an error message, which says little else: part of it may be masked already (`sk-ab***yz`). */
const keyLike = /\b(?:sk|rk|pk|gsk|xai|hf|AIza)[-_][\w*.-]{4,}|\bAIza[\w-]{10,}|(?<=bearer\s)[\w.~+/=*-]{6,}/gi;
const fragment = 8;

/**
 * An error message of a server that was given a key: as `createRedactor` does, and every piece of a secret of 8
 * characters or more, and everything that looks like a part of a key.
 * @param secrets the keys in use; those shorter than 8 characters cannot be told from words and are left
 */
export function redactMessage(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) clean = withoutPiecesOf(clean, secret);
  return redactSecrets(clean.replace(keyLike, mask));
}

function withoutPiecesOf(text: string, secret: string): string {
  let clean = '';
  let at = 0;
  while (at < text.length) {
    const length = sharedLength(text, at, secret);
    clean += length === 0 ? text[at] : mask;
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

/** Text without the given secrets and without what looks like one. Works on plain text and on JSON. */
function redactSecrets(text: string, secrets: readonly string[] = []): string {
  const known = secrets.filter((secret) => secret.length >= 4);
  const masked = known.reduce(
    (rest, secret) => rest.replaceAll(JSON.stringify(secret).slice(1, -1), mask).replaceAll(secret, mask),
    text,
  );
  const withoutJwt = masked.includes(tokenStart) ? masked.replace(dottedRuns, withoutTokens) : masked;
  return patterns.reduce((rest, [pattern, kept]) => rest.replace(pattern, kept), withoutJwt);
}

/** Of parts joined by dots, those three that look like a JSON Web Token are masked; a word may stand before `eyJ`. */
function withoutTokens(joined: string): string {
  const parts = joined.split('.');
  const kept: string[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? '';
    const start = part.search(/\beyJ[\w-]{8}/);
    const isToken = start >= 0 && (parts[at + 1]?.length ?? 0) >= 8 && parts[at + 2] !== undefined;
    kept.push(isToken ? part.slice(0, start) + mask : part);
    if (isToken) at += 2;
  }
  return kept.join('.');
}
