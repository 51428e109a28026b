/** Finds a quote in a file: the words first, the line numbers second. */

/** Lines are 1-based. `moved` says why the lines differ from those cited. */
export type QuoteMatch =
  | { status: 'verified'; firstLine: number; lastLine: number }
  | { status: 'repaired'; firstLine: number; lastLine: number; reason: string }
  | { status: 'unresolved'; reason: string };

/** Lines by which a citation may be off and still count as right; the range is widened to hold the quote. */
const drift = 2;
const leastCharacters = 3;

// biome-ignore lint/suspicious/noControlCharactersInRegex: results show control characters as spaces
const blank = /[\s\u0000-\u001f\u007f]+/g;

/**
 * White space is compared loosely, so that a quote matches across line breaks and indentation; everything else must be
 * the same. Line numbers as results show them (`12| `) and a closing `…` are not part of a quote.
 */
export function matchQuote(lines: readonly string[], quote: string, first: number, last: number): QuoteMatch {
  const needles = [...new Set([quote, withoutNumbers(quote), withoutEllipsis(withoutNumbers(quote))].map(collapse))];
  if (needles.every((needle) => needle.replaceAll(' ', '').length < leastCharacters)) {
    return { status: 'unresolved', reason: 'the quote is too short to be found' };
  }
  const page = collapseLines(lines);
  for (const needle of needles) {
    if (needle.replaceAll(' ', '').length < leastCharacters) continue;
    const found = nearest(page, needle, first, last);
    if (found !== null) return judge(found, lines.length, first, last);
  }
  return { status: 'unresolved', reason: 'the quoted words do not stand in the file' };
}

type Range = { first: number; last: number };

function judge(found: Range, total: number, first: number, last: number): QuoteMatch {
  const inFile = first <= last && last <= total;
  if (inFile && distance(found, first, last) <= drift) {
    const [firstLine, lastLine] = [Math.min(first, found.first), Math.max(last, found.last)];
    return { status: 'verified', firstLine, lastLine };
  }
  const cited = first === last ? `line ${first}` : `lines ${first}-${last}`;
  const reason = inFile ? `moved from ${cited}` : `moved from ${cited}: the file has ${total} lines`;
  return { status: 'repaired', firstLine: found.first, lastLine: found.last, reason };
}

/** By how many lines the cited range would have to grow to hold what was found. */
function distance(found: Range, first: number, last: number): number {
  return Math.max(0, first - found.first, found.last - last);
}

/** The text with single spaces, and where in it each line begins. */
type Page = { text: string; starts: number[]; numbers: number[] };

function collapse(text: string): string {
  return text.replace(blank, ' ').trim();
}

function collapseLines(lines: readonly string[]): Page {
  const page: Page = { text: '', starts: [], numbers: [] };
  const parts: string[] = [];
  let length = 0;
  lines.forEach((line, at) => {
    const words = collapse(line);
    if (words === '') return;
    page.starts.push(length);
    page.numbers.push(at + 1);
    parts.push(words);
    length += words.length + 1;
  });
  page.text = parts.join(' ');
  return page;
}

function nearest(page: Page, needle: string, first: number, last: number): Range | null {
  let best: Range | null = null;
  for (const at of placesOf(page.text, needle)) {
    const found = { first: lineAt(page, at), last: lineAt(page, at + needle.length - 1) };
    if (best === null || distance(found, first, last) < distance(best, first, last)) best = found;
    if (distance(best, first, last) === 0) break;
  }
  return best;
}

/**
 * Every place of the needle, those that overlap too, in linear time (Knuth, Morris and Pratt): `indexOf` from each place
 * on reads a needle of one repeated character again at each.
 */
function* placesOf(text: string, needle: string): Generator<number> {
  const first = text.indexOf(needle);
  if (first < 0) return;
  const borders = bordersOf(needle);
  let matched = 0;
  for (let at = first; at < text.length; at += 1) {
    while (matched > 0 && text[at] !== needle[matched]) matched = borders[matched - 1] ?? 0;
    if (text[at] === needle[matched]) matched += 1;
    if (matched < needle.length) continue;
    yield at - matched + 1;
    matched = borders[matched - 1] ?? 0;
  }
}

/** For each beginning of the needle, the length of its longest own beginning that also ends it. */
function bordersOf(needle: string): Uint32Array {
  const borders = new Uint32Array(needle.length);
  for (let at = 1, length = 0; at < needle.length; at += 1) {
    while (length > 0 && needle[at] !== needle[length]) length = borders[length - 1] ?? 0;
    if (needle[at] === needle[length]) length += 1;
    borders[at] = length;
  }
  return borders;
}

/** The line that holds a position of the collapsed text, by bisection. */
function lineAt({ starts, numbers }: Page, position: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return numbers[low] ?? 1;
}

function withoutNumbers(quote: string): string {
  return quote.replace(/^[ \t]*\d+\|[ ]?/gm, '');
}

function withoutEllipsis(quote: string): string {
  return quote.trimEnd().replace(/(?:…|\.\.\.)$/, '');
}
