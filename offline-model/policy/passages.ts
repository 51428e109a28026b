/** Cuts the places that tools have shown into passages small enough to be about one thing. */
import { joinPlaces, type Place } from './source-text.ts';
import { indexStems, type StemIndex } from './words.ts';

export type Passage = {
  path: string;
  firstLine: number;
  lines: readonly string[];
  prose: boolean;
  body: StemIndex;
  /** Words of the path, the headings above and the symbol around. */
  context: StemIndex;
};

const codeWindow = 12;
const codeStride = 6;
const proseMaxLines = 14;
const jsonMaxLines = 40;

export const isProse = (path: string): boolean =>
  /\.(md|mdx|markdown|rst|adoc|txt)$/i.test(path) ||
  /(^|\/)(readme|licen[cs]e|notice|authors|changelog|contributing)[^/]*$/i.test(path);

type Range = { from: number; to: number; heading: string };

function proseRanges(lines: readonly string[]): Range[] {
  const ranges: Range[] = [];
  const headings: string[] = [];
  let from = 0;
  const close = (to: number): void => {
    if (lines.slice(from, to).some((line) => line.trim() !== ''))
      ranges.push({ from, to, heading: headings.join(' ') });
    from = to;
  };
  lines.forEach((line, at) => {
    const depth = /^(#{1,6}) /.exec(line)?.[1]?.length;
    if (depth !== undefined) {
      close(at);
      headings.length = Math.min(headings.length, depth - 1);
      while (headings.length < depth - 1) headings.push('');
      headings.push(line.replace(/[#<>]/g, ' '));
    }
    if (at - from >= proseMaxLines || (line.trim() === '' && at - from >= 4)) close(at);
  });
  close(lines.length);
  return ranges;
}

function codeRanges(lines: readonly string[]): Range[] {
  const ranges: Range[] = [];
  for (let from = 0; from === 0 || from + codeStride < lines.length; from += codeStride) {
    ranges.push({ from, to: Math.min(lines.length, from + codeWindow), heading: '' });
  }
  return ranges;
}

/** The outermost entries that a part of a JSON file shows, a long one cut. */
function jsonRanges(lines: readonly string[]): Range[] {
  const indents = lines.map((line) => /^\s*(?=")/.exec(line)?.[0].length ?? Number.POSITIVE_INFINITY);
  const outermost = Math.min(...indents);
  const starts = [...lines.keys()].filter((at) => indents[at] === outermost && Number.isFinite(outermost));
  return [...new Set([0, ...starts])].flatMap((from, at, all) => {
    const to = Math.min(all[at + 1] ?? lines.length, from + jsonMaxLines);
    return lines.slice(from, to).some((line) => /\w/.test(line)) ? [{ from, to, heading: '' }] : [];
  });
}

function rangesOf(place: Place): Range[] {
  if (isProse(place.path)) return proseRanges(place.lines);
  return place.path.endsWith('.json') ? jsonRanges(place.lines) : codeRanges(place.lines);
}

function passagesIn(place: Place): Passage[] {
  const prose = isProse(place.path);
  return rangesOf(place).map(({ from, to, heading }) => ({
    path: place.path,
    firstLine: place.firstLine + from,
    lines: place.lines.slice(from, to),
    prose,
    body: indexStems(place.lines.slice(from, to).join('\n')),
    context: indexStems(`${place.path} ${place.label} ${heading}`),
  }));
}

/** Passages of all places, each line in at most two of them. */
export const passagesOf = (places: readonly Place[]): Passage[] => joinPlaces(places).flatMap(passagesIn);
