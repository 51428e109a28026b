/** Cuts a file into chunks of up to 60 lines, at definitions, headings and blank lines where it can. */
import type { Definition } from './definitions.ts';

/** 1-based, both ends included. Chunks cover the file without gaps and without overlap. */
export type Chunk = { first: number; last: number; symbol: Definition | null; names: string[] };

const shortest = 15;
const longest = 60;
const wanted = 40;
const maxCharacters = 8_000;

/** @param definitions of the same lines, in order */
export function chunkLines(lines: readonly string[], definitions: readonly Definition[]): Chunk[] {
  const starts = new Map(definitions.map((one) => [startOf(lines, one), one]));
  const chunks: Chunk[] = [];
  for (let first = 0; first < lines.length; ) {
    const end = chunkEnd(lines, starts, first);
    chunks.push({ first: first + 1, last: end, ...namesOf(definitions, first + 1, end) });
    first = end;
  }
  return chunks;
}

/**
 * Pieces of a file put together as long as they fit into a chunk; one that does not is cut by lines.
 * @param ends after which line (0-based, excluded) each piece ends, rising, the last one the file's end
 */
export function chunkPieces(
  lines: readonly string[],
  definitions: readonly Definition[],
  ends: readonly number[],
): Chunk[] {
  const chunks: Chunk[] = [];
  const close = (first: number, end: number) => {
    if (end > first) chunks.push({ first: first + 1, last: end, ...namesOf(definitions, first + 1, end) });
  };
  let first = 0;
  let reached = 0;
  for (const end of ends) {
    if (end - first > longest || charactersOf(lines, first, end) > maxCharacters) {
      close(first, reached);
      first = reached;
    }
    while (end - first > longest || (end - first > 1 && charactersOf(lines, first, end) > maxCharacters)) {
      const cut = Math.min(chunkEnd(lines, new Map(), first), end);
      close(first, cut);
      first = cut;
    }
    reached = end;
  }
  close(first, lines.length);
  return chunks;
}

function charactersOf(lines: readonly string[], first: number, end: number): number {
  let characters = 0;
  for (let at = first; at < end && characters <= maxCharacters; at += 1) characters += (lines[at] ?? '').length;
  return characters;
}

/** The line (0-based) where a definition begins, with the comment or decorators right above it. */
function startOf(lines: readonly string[], definition: Definition): number {
  let at = definition.line - 1;
  if (definition.kind === 'heading' || definition.kind === 'cell') return at;
  while (at > 0 && /^\s*(\/\/|\/?\*|#|@|--|""")/.test(lines[at - 1] ?? '') && definition.line - at < 25) at -= 1;
  return at;
}

/** The line (0-based, excluded) at which the chunk that begins at `first` ends. */
function chunkEnd(lines: readonly string[], starts: ReadonlyMap<number, Definition>, first: number): number {
  const limit = characterLimit(lines, first);
  if (limit === lines.length && limit - first <= wanted) return limit;
  let best = limit;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let at = first + 1; at <= limit; at += 1) {
    const definition = starts.get(at);
    const length = at - first;
    if (length < shortest && !(definition?.kind === 'heading' && length >= 6)) continue;
    const score = boundaryScore(lines, at, definition) - Math.abs(length - wanted) / 15;
    if (score > bestScore) [best, bestScore] = [at, score];
  }
  return best;
}

/** How good a place it is to cut before line `at`: the outer definitions count most. */
function boundaryScore(lines: readonly string[], at: number, definition: Definition | undefined): number {
  if (at === lines.length) return 4;
  const blank = (lines[at - 1] ?? '').trim() === '' ? 1 : 0;
  if (definition === undefined) return /^\S/.test(lines[at] ?? '') ? 2 * blank : blank;
  return Math.max(2, 5 - definition.indent / 2) + blank;
}

/** Sixty lines, or fewer where they are long; one line at least. */
function characterLimit(lines: readonly string[], first: number): number {
  let characters = 0;
  let at = first;
  while (at < lines.length && at - first < longest) {
    characters += (lines[at] ?? '').length;
    if (characters > maxCharacters && at > first) break;
    at += 1;
  }
  return at;
}

/** The chunk's own name is its outermost definition, else the innermost one around it. */
function namesOf(definitions: readonly Definition[], first: number, last: number): Pick<Chunk, 'symbol' | 'names'> {
  const inside = definitions.filter((one) => one.line >= first && one.line <= last);
  const around = definitions.filter((one) => one.line < first && one.last >= first);
  const outermost = inside.reduce<Definition | null>(
    (best, one) => (best && best.indent <= one.indent ? best : one),
    null,
  );
  const symbol = outermost ?? around.at(-1) ?? null;
  return { symbol, names: [...new Set([...around, ...inside].map((one) => one.name))] };
}
