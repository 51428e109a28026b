/** Tells whether places lie in a question's ground truth, by file and by line. */
import type { DatasetQuestion, ExpectedEvidence, LineRange } from '../../contracts/dataset.ts';
import type { LoggedCitation } from '../../contracts/run-log.ts';

export function inExpected({ paths }: ExpectedEvidence, path: string): boolean {
  const plain = plainPath(path);
  // `./` is the whole repository.
  return paths.some((place) => place === './' || (place.endsWith('/') ? plain.startsWith(place) : plain === place));
}

/** Two places of one file overlap; a place without lines is the whole file. */
export function overlap(a: Lines, b: Lines): boolean {
  if (a.first_line === null || b.first_line === null) return true;
  return a.first_line <= (b.last_line ?? b.first_line) && b.first_line <= (a.last_line ?? a.first_line);
}

type Lines = Pick<LoggedCitation, 'first_line' | 'last_line'>;

/** How near the citations come to the expected evidence. Null is unknown: neither right nor wrong. */
export type EvidenceFigures = {
  /** A citation lies in an expected file; null where the question expects none. */
  rightFile: boolean | null;
  /** A citation overlaps expected lines; null where the dataset names no lines, or the citations that could do so none. */
  rightLines: boolean | null;
  /**
   * Share of the cited lines that are expected ones, each line once; null where the dataset names no lines or no citation
   * does. An expected file of which the dataset names no lines is left out.
   */
  linesInside: number | null;
};

export function evidenceFigures(
  cited: readonly LoggedCitation[],
  { kind, gold: expected }: Pick<DatasetQuestion, 'kind' | 'gold'>,
): EvidenceFigures {
  if (kind === 'unanswerable') return { rightFile: null, rightLines: null, linesInside: null };
  const resolved = cited.filter(({ status }) => status !== 'unresolved');
  const rightFile = resolved.some(({ path }) => inExpected(expected, path));
  if (Object.keys(expected.lines).length === 0) return { rightFile, rightLines: null, linesInside: null };
  const touching = resolved.map((place) => touchesLines(place, expected));
  const rightLines = touching.includes(true) ? true : touching.includes(null) ? null : false;
  return { rightFile, rightLines, linesInside: shareInside(cited, expected) };
}

/** Null: the citation names no lines of a file whose lines are known. */
function touchesLines(place: LoggedCitation, { lines }: ExpectedEvidence): boolean | null {
  const path = plainPath(place.path);
  const expected = Object.hasOwn(lines, path) ? (lines[path] ?? []) : null;
  if (expected === null) return false;
  if (place.first_line === null) return null;
  return expected.some(([first_line, last_line]) => overlap(place, { first_line, last_line }));
}

function shareInside(cited: readonly LoggedCitation[], expected: ExpectedEvidence): number | null {
  let [inside, all] = [0, 0];
  const placed = cited.filter(
    ({ path, first_line }) =>
      first_line !== null && (Object.hasOwn(expected.lines, plainPath(path)) || !inExpected(expected, path)),
  );
  for (const [path, places] of Map.groupBy(placed, (place) => plainPath(place.path))) {
    const rangesOf = (some: readonly LoggedCitation[]) =>
      union(some.map(({ first_line, last_line }): LineRange => [first_line ?? 1, last_line ?? first_line ?? 1]));
    all += linesIn(rangesOf(places));
    const resolved = rangesOf(places.filter(({ status }) => status !== 'unresolved'));
    inside += linesIn(
      resolved.flatMap((range) =>
        common(range, union(Object.hasOwn(expected.lines, path) ? (expected.lines[path] ?? []) : [])),
      ),
    );
  }
  return all === 0 ? null : inside / all;
}

/** The same lines, as ranges that do not overlap. A range that ends before it starts is empty. */
function union(ranges: readonly LineRange[]): LineRange[] {
  const merged: LineRange[] = [];
  for (const [first, last] of ranges.filter(([one, end]) => one <= end).toSorted(([a], [b]) => a - b)) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

function common([first, last]: LineRange, others: readonly LineRange[]): LineRange[] {
  return others
    .map(([start, end]): LineRange => [Math.max(first, start), Math.min(last, end)])
    .filter(([start, end]) => start <= end);
}

const linesIn = (ranges: readonly LineRange[]) => ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);

const plainPath = (path: string) => path.replace(/^\.\//, '');
