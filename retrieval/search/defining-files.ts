/** Finds the files that define a symbol which a query spells, exactly or as words in a row. */
import type { ReadQuery } from './query-reading.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';
import type { Weights } from './weights.ts';

/** A name that more files define is too common to point anywhere. */
const maxDefiningFiles = 8;
const maxNames = 60;

type Find = (name: string) => ViewFile[];

/** Each file with its best symbol's weight, divided among the files that define the symbol. */
export function definingFiles(view: SnapshotView, query: ReadQuery, weights: Weights): Map<ViewFile, number> {
  const shares = new Map<ViewFile, number>();
  const raise = (files: readonly ViewFile[], weight: number) => {
    for (const file of files) shares.set(file, Math.max(shares.get(file) ?? 0, weight / files.length));
  };
  if (weights.symbol > 0) {
    const find = finder(view, "lower = lower(?1) AND name = ?1 AND kind <> 'key'");
    for (const [name, weight] of namesSpelled(query)) raise(find(name), weight * weights.symbol);
  }
  if (weights.composedSymbol > 0) {
    const find = finder(view, "lower = ?1 AND kind NOT IN ('heading', 'key')");
    for (const name of query.composed) raise(find(name), weights.composedSymbol);
  }
  return shares;
}

/** Of dotted names the last part is what is defined somewhere. */
function namesSpelled({ identifiers }: ReadQuery): [name: string, weight: number][] {
  const names = new Map<string, number>();
  for (const [identifier, weight] of identifiers) {
    const last = identifier.split(/\.|::|#/).at(-1) ?? identifier;
    if (last.length >= 3) names.set(last, Math.max(names.get(last) ?? 0, Math.min(weight, 1)));
  }
  return [...names].slice(0, maxNames);
}

/** The files outside tests; none where there are too many. */
function finder(view: SnapshotView, condition: string): Find {
  const find = view.store.prepare(`SELECT DISTINCT file FROM definition WHERE ${condition} LIMIT 500`);
  return (name) => {
    const files = find.all(name).flatMap(({ file }) => view.byId.get(Number(file)) ?? []);
    const outsideTests = files.filter((file) => file.class !== 'test');
    return outsideTests.length > maxDefiningFiles ? [] : outsideTests;
  };
}
