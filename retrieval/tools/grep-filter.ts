/** Tells quickly which texts cannot have a line that matches, so that grep looks at the lines of few files. */

/** What sees more in a whole text than in one line, or takes back that `^` and `$` are those of lines. */
const otherInText = /\(\?(?:<?!|[a-z]*-[a-z]*m)/;
const shortestLiteral = 3;

/**
 * @param pattern one that compiles, without the flag `u` or `v`
 * @returns false only of a text that has no matching line
 */
export function textFilter(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const somewhere = otherInText.test(pattern) ? null : new RegExp(pattern, ignoreCase ? 'im' : 'm');
  const literal = ignoreCase ? null : literalOf(pattern);
  return (text) => (literal === null || text.includes(literal)) && (somewhere?.test(text) ?? true);
}

/** Characters that every match must hold; null when none are certain. */
export function literalOf(pattern: string): string | null {
  let [longest, run] = ['', ''];
  for (let at = 0; at < pattern.length; ) {
    if (pattern[at] === '|') return null;
    const atom = atomAt(pattern, at);
    const quantifier = quantifierAt(pattern, at + atom.length);
    if (atom.character !== null && quantifier.least > 0) run += atom.character;
    if (run.length > longest.length) longest = run;
    if (atom.character === null || quantifier.length > 0) run = '';
    at += atom.length + quantifier.length;
  }
  return longest.length >= shortestLiteral ? longest : null;
}

/** `character` is the one that the atom stands for; null for all that is not one certain character. */
type Atom = { length: number; character: string | null };

function atomAt(pattern: string, at: number): Atom {
  const first = pattern[at] ?? '';
  if (first === '\\') return escapeAt(pattern, at);
  if (first === '[') return { length: classEnd(pattern, at) - at, character: null };
  if (first === '(') return { length: groupEnd(pattern, at) - at, character: null };
  return { length: 1, character: /[.^$]/.test(first) ? null : first };
}

const controls: Readonly<Record<string, string>> = { f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** As JavaScript reads escapes without the flag `u`: `\u{41}` is 41 times `u`. */
function escapeAt(pattern: string, at: number): Atom {
  const rest = pattern.slice(at, at + 6);
  const [hexadecimal, two, four] = /^\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))/i.exec(rest) ?? [];
  if (hexadecimal !== undefined)
    return {
      length: hexadecimal.length,
      character: String.fromCharCode(Number.parseInt(two ?? four ?? '', 16)),
    };
  const escaped = pattern[at + 1] ?? '';
  if (/\d/.test(escaped)) return { length: 1 + digitsAt(pattern, at + 1), character: null };
  if (/[bBdDsSwW]/.test(escaped)) return { length: 2, character: null };
  // A reference where the pattern has named groups, else the characters themselves.
  if (escaped === 'k') return { length: Math.max(2, referenceEnd(pattern, at) - at), character: null };
  if (escaped === 'c') return controlAt(pattern, at);
  return { length: 2, character: controls[escaped] ?? escaped };
}

/** Without a letter behind it the backslash stands for itself. */
function controlAt(pattern: string, at: number): Atom {
  const letter = pattern[at + 2] ?? '';
  return /[A-Za-z]/.test(letter)
    ? { length: 3, character: String.fromCharCode(letter.charCodeAt(0) % 32) }
    : { length: 1, character: '\\' };
}

/** A reference, an octal number, or an octal number and digits behind it. */
function digitsAt(pattern: string, at: number): number {
  let end = at;
  while (/\d/.test(pattern[end] ?? '')) end += 1;
  return end - at;
}

function referenceEnd(pattern: string, at: number): number {
  return pattern[at + 2] === '<' ? pattern.indexOf('>', at) + 1 : 0;
}

/** Behind the class that opens at `at`. */
function classEnd(pattern: string, at: number): number {
  let end = at + 1;
  while (end < pattern.length && pattern[end] !== ']') end += pattern[end] === '\\' ? 2 : 1;
  return end + 1;
}

/** Behind the group that opens at `at`, with all that is in it. */
function groupEnd(pattern: string, at: number): number {
  let depth = 0;
  for (let end = at; end < pattern.length; ) {
    const character = pattern[end];
    if (character === '[') end = classEnd(pattern, end);
    else {
      if (character === '(') depth += 1;
      if (character === ')') depth -= 1;
      end += character === '\\' ? 2 : 1;
    }
    if (depth === 0) return end;
  }
  return pattern.length;
}

/** A brace that opens no number of times is a character of its own. */
function quantifierAt(pattern: string, at: number): { length: number; least: number } {
  const [whole = '', sign, least] = /^(?:([*+?])|\{(\d+)(?:,\d*)?\})\??/.exec(pattern.slice(at)) ?? [];
  if (whole === '') return { length: 0, least: 1 };
  return { length: whole.length, least: sign === undefined ? Number(least) : sign === '+' ? 1 : 0 };
}
