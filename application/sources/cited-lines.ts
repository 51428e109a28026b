/** The lines that a citation names, with lines around them, at the commit that the run has pinned. */
import type { Config } from '../../config/config.ts';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { storedLines } from '../../retrieval/snapshot/stored-lines.ts';

export type CitedLines = {
  /** As the file has them; null where this machine does not hold them. */
  lines: { number: number; text: string; cited: boolean }[] | null;
  /** Of the whole file. */
  total: number;
};

/** A file of one line may be a megabyte. */
const mostCharacters = 200_000;
const mostLines = 600;

/** @param around how many lines before the first and after the last */
export function citedLines(
  { indexDirectory }: Pick<Config, 'indexDirectory'>,
  snapshot: Snapshot,
  { path, firstLine, lastLine }: Pick<CheckedCitation, 'path' | 'firstLine' | 'lastLine'>,
  around: number,
): CitedLines {
  const all = storedLines(indexDirectory, snapshot, path);
  if (all === null) return { lines: null, total: 0 };
  const first = Math.max(1, Math.min(firstLine, all.length) - around);
  const last = Math.min(all.length, lastLine + around, first + mostLines - 1);
  let characters = 0;
  const lines = all.slice(first - 1, last).map((text, at) => {
    const number = first + at;
    const room = Math.max(0, mostCharacters - characters);
    characters += text.length;
    return { number, text: text.slice(0, room), cited: number >= firstLine && number <= lastLine };
  });
  return { lines, total: all.length };
}
