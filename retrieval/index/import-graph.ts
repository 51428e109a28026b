/** Which files of a snapshot import which: read from the index once, then kept with the view. */
import { type PathIndex, resolveImport } from './import-resolution.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';

/** By file id, both ways; a file that imports nothing of the snapshot has no entry. */
export type ImportGraph = {
  imports: ReadonlyMap<number, readonly number[]>;
  importedBy: ReadonlyMap<number, readonly number[]>;
};

const graphs = new WeakMap<SnapshotView, ImportGraph>();

export function importGraph(view: SnapshotView): ImportGraph {
  const known = graphs.get(view);
  if (known !== undefined) return known;
  const paths = pathIndex(view);
  const imports = new Map<number, number[]>();
  const importedBy = new Map<number, number[]>();
  const rows = view.store.prepare(`
    SELECT import.file, specifier FROM snapshot_file JOIN import ON import.file = snapshot_file.file
    WHERE snapshot_file.snapshot = ?`);
  for (const row of rows.iterate(view.number)) {
    const from = view.byId.get(Number(row.file));
    const path = from === undefined ? null : resolveImport(from.path, String(row.specifier), paths);
    const to = path === null ? undefined : view.byPath.get(path);
    if (from === undefined || to === undefined || to === from) continue;
    const known = imports.get(from.id) ?? [];
    if (known.includes(to.id)) continue;
    imports.set(from.id, [...known, to.id]);
    importedBy.set(to.id, [...(importedBy.get(to.id) ?? []), from.id]);
  }
  const graph = { imports, importedBy };
  graphs.set(view, graph);
  return graph;
}

/** Paths by their last part, so that an ending is looked for among few. */
function pathIndex(view: SnapshotView): PathIndex {
  const byName = Map.groupBy(view.files, ({ path }) => path.slice(path.lastIndexOf('/') + 1));
  return {
    has: (path) => view.byPath.has(path),
    endingLike(ending) {
      const candidates = byName.get(ending.slice(ending.lastIndexOf('/') + 1)) ?? [];
      const found = candidates.filter(({ path }) => `/${path}`.endsWith(ending));
      return found.length === 1 ? (found[0]?.path ?? null) : null;
    },
  };
}
