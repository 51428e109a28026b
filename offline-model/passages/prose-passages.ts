/** Cuts documentation into paragraphs, list items, rows of tables and blocks of code, each under its headings. */
import { isBlank, longestPassage, type Range } from './passage-range.ts';

type Block = { from: number; to: number; kind: 'paragraph' | 'item' | 'row' | 'fence' };

const heading = /^(#{1,6}|={1,6}) +(\S.*)$/;
const underline = /^([=\-~^"'*+#`:.])\1{2,}\s*$/;
const item = /^\s*(?:[-*+]|\d+[.)]|::?) +\S|^\.\. |^:\w[^:]{0,60}:/;

/** How deep a heading is, and how many lines it takes; null where the line is none. */
function headingAt(lines: readonly string[], at: number): { depth: number; text: string; lines: number } | null {
  const marked = heading.exec(lines[at] ?? '');
  if (marked !== null) return { depth: marked[1]?.length ?? 1, text: marked[2] ?? '', lines: 1 };
  const mark = underline.exec(lines[at + 1] ?? '')?.[1];
  const text = (lines[at] ?? '').trim();
  if (
    mark === undefined ||
    text === '' ||
    underline.test(text) ||
    (lines[at + 1] ?? '').trim().length < text.length - 1
  )
    return null;
  return { depth: 1 + '=-~^"'.indexOf(mark), text, lines: 2 };
}

function blocksOf(lines: readonly string[], from: number, to: number): Block[] {
  const blocks: Block[] = [];
  for (let at = from; at < to; ) {
    if (isBlank(lines[at])) {
      at += 1;
      continue;
    }
    const begin = at;
    const line = lines[at] ?? '';
    const fence = /^\s*(```|~~~)/.exec(line)?.[1];
    at += 1;
    if (fence !== undefined) {
      while (at < to && !(lines[at] ?? '').trim().startsWith(fence)) at += 1;
      at = Math.min(to, at + 1);
    } else if (!/^\s*\|/.test(line)) {
      while (at < to && !isBlank(lines[at]) && !item.test(lines[at] ?? '') && !/^\s*(```|~~~|\|)/.test(lines[at] ?? ''))
        at += 1;
    }
    const kind = fence !== undefined ? 'fence' : /^\s*\|/.test(line) ? 'row' : item.test(line) ? 'item' : 'paragraph';
    blocks.push({ from: begin, to: at, kind });
  }
  return blocks;
}

/** Each block by itself, and with those after it that fit: what announces something is never quoted alone. */
function rangesIn(lines: readonly string[], blocks: readonly Block[], title: string): Range[] {
  const range = (from: number, to: number): Range => ({
    from,
    to,
    kind: 'prose',
    name: null,
    heading: title,
    whole: true,
  });
  return blocks.flatMap((block, at) => {
    if (block.to - block.from > longestPassage) return cut(block).map(({ from, to }) => range(from, to));
    let last = at;
    while (last + 1 < blocks.length && (blocks[last + 1]?.to ?? 0) - block.from <= longestPassage) last += 1;
    const joined = last > at ? [range(block.from, blocks[last]?.to ?? block.to)] : [];
    const announces = /:\s*$/.test(lines[block.to - 1] ?? '') && joined.length > 0;
    return announces ? joined : [range(block.from, block.to), ...joined];
  });
}

function cut({ from, to }: Block): { from: number; to: number }[] {
  const pieces: { from: number; to: number }[] = [];
  for (let at = from; at < to; at += longestPassage / 2) {
    pieces.push({ from: at, to: Math.min(to, at + longestPassage) });
    if (at + longestPassage >= to) break;
  }
  return pieces;
}

export function proseRanges(lines: readonly string[]): Range[] {
  const ranges: Range[] = [];
  const titles: string[] = [];
  let from = 0;
  let fenced = false;
  const close = (to: number): void => {
    ranges.push(...rangesIn(lines, blocksOf(lines, from, to), titles.filter((title) => title !== '').join(' > ')));
    from = to;
  };
  for (let at = 0; at < lines.length; at += 1) {
    if (/^\s*(```|~~~)/.test(lines[at] ?? '')) fenced = !fenced;
    const found = fenced ? null : headingAt(lines, at);
    if (found === null) continue;
    close(at);
    titles.length = Math.min(titles.length, Math.max(0, found.depth - 1));
    while (titles.length < found.depth - 1) titles.push('');
    titles.push(found.text.replace(/[#<>`*]|\[([^\][]{0,200})\]\([^()\s]{0,300}\)|\{[^{}]{0,200}\}/g, '$1').trim());
    from = at + found.lines;
    at += found.lines - 1;
  }
  close(lines.length);
  return ranges;
}
