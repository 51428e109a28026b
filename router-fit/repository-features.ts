/** What the repository itself says of a question: where the search's mass lies, and which of its names exist. */
import type { SearchRow } from '../contracts/tools.ts';
import type { SnapshotRef } from '../contracts/snapshot.ts';
import type { Retrieval } from '../retrieval/repository.ts';
import { type FileClass, fileClass } from '../retrieval/snapshot/file-class.ts';
import { namesIn } from './text-features.ts';

/** Rows of the three kinds of search, best first. */
export type SearchedRows = { all: readonly SearchRow[]; code: readonly SearchRow[]; docs: readonly SearchRow[] };

const searchedRows = 30;
const classes: readonly FileClass[] = ['code', 'docs', 'test', 'sample', 'config'];
const topRows = 10;
const projectFile =
  /(^|\/)(readme|licen[cs]e|contributing|governance|security|sponsors|changelog|authors|package\.json|pyproject\.toml)/i;

/** By words alone, so that a router reads the same numbers wherever embeddings are configured. */
export async function searchForFeatures(
  retrieval: Pick<Retrieval, 'search'>,
  snapshot: SnapshotRef,
  question: string,
  signal: AbortSignal,
): Promise<SearchedRows> {
  const of = (kind: keyof SearchedRows) =>
    retrieval.search(snapshot, { query: question, kind, limit: searchedRows, wordsAlone: true }, signal);
  const [all, code, docs] = await Promise.all([of('all'), of('code'), of('docs')]);
  return { all, code, docs };
}

/** As many numbers for any question; all finite, also where nothing was found. */
export function repositoryFeatures(question: string, { all, code, docs }: SearchedRows): number[] {
  const ranked = shares(all, (_, at) => 1 / (at + 1));
  const scored = shares(all.slice(0, topRows), ({ score }) => Math.max(0, score));
  const first = all[0] === undefined ? null : fileClass(all[0].path);
  const best = (rows: readonly SearchRow[]) => Math.max(0, rows[0]?.score ?? 0);
  const tail = best(all) === 0 ? 1 : (all[Math.min(topRows, all.length) - 1]?.score ?? 0) / best(all);
  const names = namesIn(question);
  const symbols = new Set([...all, ...code].flatMap(({ symbol }) => symbol ?? []));
  const words = new Set(question.match(/[\w$]{4,}/g) ?? []);
  return [
    ...ranked,
    ...scored,
    ...classes.slice(0, 3).map((each) => Number(first === each)),
    best(docs),
    best(code),
    Math.log((best(docs) + 0.01) / (best(code) + 0.01)),
    tail,
    names.filter((name) => symbols.has(name)).length / Math.max(1, names.length),
    Math.min(3, [...words].filter((word) => symbols.has(word)).length),
    all.slice(0, 5).filter(({ path }) => projectFile.test(path)).length,
  ];
}

/** The same for a model, in a line. Names are those of the question, so nothing of the repository's text is quoted. */
export function repositoryNote(question: string, { all, code }: SearchedRows): string {
  const ranked = shares(all, (_, at) => 1 / (at + 1));
  const found = classes.flatMap((each, at) => {
    const percent = Math.round((ranked[at] ?? 0) * 100);
    return percent === 0 ? [] : [`${each} ${percent} %`];
  });
  const symbols = new Set([...all, ...code].flatMap(({ symbol }) => symbol ?? []));
  const names = namesIn(question).filter((name) => symbols.has(name));
  const defined = names.length === 0 ? 'none of its names is among them' : `it defines ${names.slice(0, 5).join(', ')}`;
  return found.length === 0
    ? 'A search for the question finds nothing.'
    : `A search for the question finds ${found.join(', ')}; ${defined}.`;
}

/** The share of each class of files in a weighted list. */
function shares(rows: readonly SearchRow[], weightOf: (row: SearchRow, at: number) => number): number[] {
  const weights = rows.map((row, at) => ({ of: fileClass(row.path), weight: weightOf(row, at) }));
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  return classes.map((each) => {
    const own = weights.filter(({ of }) => of === each).reduce((sum, { weight }) => sum + weight, 0);
    return total === 0 ? 0 : own / total;
  });
}
