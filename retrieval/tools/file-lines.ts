/** Lines of one file as they stand in a snapshot, for somebody who opens a source; no model reads them in this form. */
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import { fileAt, ToolMisuse } from './path-filter.ts';

/** Both ends included; from the first line on unless given, and as many lines as there may be. */
export type LinesRequest = { path: string; firstLine?: number; lastLine?: number };

export type FileLines = {
  kind: 'lines';
  path: string;
  /** 1-based, both ends included; both 0 of an empty file. */
  firstLine: number;
  lastLine: number;
  /** Of the whole file. */
  totalLines: number;
  text: string;
  /** True where fewer lines are here than were asked for, or the end of a long one is missing. */
  cut: boolean;
};

export type LinesFound = FileLines | { kind: 'misuse'; message: string };

/** Of one reading. */
export const linesAtMost = { lines: 400, bytes: 64 * 1024 } as const;

/** @returns at most 400 lines and 64 KB of them; `misuse` for a path or for lines that the snapshot has not */
export function fileLines(view: SnapshotView, { path, firstLine = 1, lastLine: wanted }: LinesRequest): LinesFound {
  try {
    const file = fileAt(view, path);
    const all = file.lines === 0 ? [] : view.linesOf(file);
    const last = wanted ?? firstLine + linesAtMost.lines - 1;
    if (last < firstLine) throw new ToolMisuse(`the last line ${last} is before the first line ${firstLine}`);
    if (all.length > 0 && firstLine > all.length)
      throw new ToolMisuse(`${file.path} has ${all.length} lines, line ${firstLine} is past its end`);
    const asked = all.slice(firstLine - 1, last);
    const { text, lines } = withinBytes(asked.slice(0, linesAtMost.lines));
    const cut = text.length < asked.join('\n').length;
    const place = lines === 0 ? { firstLine: 0, lastLine: 0 } : { firstLine, lastLine: firstLine + lines - 1 };
    return { kind: 'lines', path: file.path, ...place, totalLines: all.length, text, cut };
  } catch (error) {
    if (error instanceof ToolMisuse) return { kind: 'misuse', message: error.message };
    throw error;
  }
}

/** Whole lines as far as they fit; of a first line that does not fit alone, its beginning. */
function withinBytes(lines: readonly string[]): { text: string; lines: number } {
  let room = linesAtMost.bytes;
  let fitting = 0;
  for (const line of lines) {
    room -= Buffer.byteLength(line) + 1;
    if (room < -1) break;
    fitting += 1;
  }
  const [first] = lines;
  if (fitting > 0 || first === undefined) return { text: lines.slice(0, fitting).join('\n'), lines: fitting };
  // A character that was cut in half reads as U+FFFD.
  const beginning = Buffer.from(first)
    .subarray(0, linesAtMost.bytes)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
  return { text: beginning, lines: 1 };
}
