/** Cuts the places that tools have shown into passages that can be quoted whole: definitions, paragraphs, rows, entries. */
import { codeRanges } from './code-passages.ts';
import { longestPassage, type PassageKind, type Range } from './passage-range.ts';
import { proseRanges } from './prose-passages.ts';
import { joinPlaces, type Place } from './source-text.ts';
import { indexStems, type StemIndex } from '../words/words.ts';

export type Passage = {
  path: string;
  firstLine: number;
  lines: readonly string[];
  kind: PassageKind;
  name: string | null;
  heading: string;
  whole: boolean;
  body: StemIndex;
  /** Words of the path, the headings above and the symbol around. */
  context: StemIndex;
};

export const isProse = (path: string): boolean =>
  /\.(md|mdx|markdown|rst|adoc|txt)$/i.test(path) ||
  /(^|\/)(readme|licen[cs]e|copying|notice|authors|changelog|contributing|security|maintainers|codeowners)[^/.]*$/i.test(
    path,
  );

/** The outermost entries that a part of a JSON file shows, a long one cut. */
function jsonRanges(lines: readonly string[]): Range[] {
  const indents = lines.map((line) => /^\s*(?=")/.exec(line)?.[0].length ?? Number.POSITIVE_INFINITY);
  const outermost = Math.min(...indents);
  const starts = [...lines.keys()].filter((at) => indents[at] === outermost && Number.isFinite(outermost));
  return [...new Set([0, ...starts])].flatMap((from, at, all): Range[] => {
    const to = Math.min(all[at + 1] ?? lines.length, from + longestPassage);
    const name = /^\s*"([^"]{1,80})"/.exec(lines[from] ?? '')?.[1] ?? null;
    const filled = lines.slice(from, to).some((line) => /\w/.test(line));
    return filled ? [{ from, to, kind: 'entry', name, heading: '', whole: true }] : [];
  });
}

function rangesOf(place: Place): Range[] {
  if (isProse(place.path)) return proseRanges(place.lines);
  return place.path.endsWith('.json') ? jsonRanges(place.lines) : codeRanges(place.lines, symbolOf(place.label));
}

/** A place's label names the symbol that its chunk belongs to: `function send`. */
const symbolOf = (label: string): string | null => /^\w+ ([\w$.#]{1,120})$/.exec(label)?.[1] ?? null;

function passageOf(place: Place, { from, to, ...range }: Range): Passage {
  const lines = place.lines.slice(from, to);
  return {
    path: place.path,
    firstLine: place.firstLine + from,
    lines,
    ...range,
    body: indexStems(lines.join('\n')),
    context: indexStems(`${place.path} ${place.label} ${range.name ?? ''} ${range.heading}`),
  };
}

/** Passages of all places; a line may be in several, of which an answer quotes one. */
export const passagesOf = (places: readonly Place[]): Passage[] =>
  joinPlaces(places).flatMap((place) => rangesOf(place).map((range) => passageOf(place, range)));
