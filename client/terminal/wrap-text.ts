/** Breaks prose at spaces to fit a width, and leaves alone what must keep its lines. */
import { fitting, widthOf } from '../../lib/terminal-width.ts';

const fence = /^\s*(```|~~~)/;

/**
 * Lines of at most `width` columns where they have spaces to break at; fenced and indented code stays as it is.
 * A list item's further lines are indented below its text.
 */
export function wrapText(text: string, width: number): string {
  let fenced = false;
  return text
    .split('\n')
    .map((line) => {
      const boundary = fence.test(line);
      if (boundary) fenced = !fenced;
      const code = fenced || boundary || /^(?: {4}|\t)/.test(line);
      return code ? line : wrapLine(line, width);
    })
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  const indent = ' '.repeat(/^\s*(?:[-*+]\s+|\d+[.)]\s+)?/.exec(line)?.[0].length ?? 0);
  const lines: string[] = [];
  let rest = line;
  for (let fits = fitting(rest, width); fits.length < rest.length; fits = fitting(rest, width)) {
    const at = breakOf(rest, fits.length, lines.length === 0 ? 0 : indent.length);
    if (at === -1) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest].join('\n');
}

/** Where characters may be parted that are written without spaces. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\u3000-\u303f\uff00-\uffef]/u;

/**
 * Where to break a line of which `fits` characters fit: at the last space, else between two characters of a script
 * without spaces, else at the first space behind; a link or a name stays whole. -1: nowhere.
 */
function breakOf(line: string, fits: number, lead: number): number {
  const space = line.lastIndexOf(' ', fits);
  const parted = wide.test(line.slice(fits, fits + 2)) && fits > lead ? fits : -1;
  if (space > lead && (parted === -1 || widthOf(line.slice(space, fits)) < 16)) return space;
  return parted === -1 ? line.indexOf(' ', fits) : parted;
}
