/** Breaks prose at spaces to fit a width, and leaves alone what must keep its lines. */

const fence = /^\s*(```|~~~)/;

/**
 * Lines of at most `width` characters where they have spaces to break at; fenced and indented code stays as it is.
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
  while (rest.length > width) {
    const lead = lines.length === 0 ? 0 : indent.length;
    const space = rest.lastIndexOf(' ', width);
    const at = space > lead ? space : rest.indexOf(' ', width);
    if (at === -1) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest].join('\n');
}
