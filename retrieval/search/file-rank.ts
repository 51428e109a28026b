/**
 * Ranks files by what the rest of the repository uses of them: PageRank (Page et al., 1999) over references by name and
 * imports, with the weights for names that aider's repository map goes by.
 */
import { importGraph } from '../index/import-graph.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';

const damping = 0.85;
const rounds = 20;
/** Names that more files define say nothing about which file is meant. */
const maxDefining = 20;
const importWeight = 5;

type Edges = Map<number, Map<number, number>>;

/** File id to rank; the ranks of all files add up to 1. */
export function rankByUse(view: SnapshotView): Map<number, number> {
  const edges = usesOf(view);
  for (const [from, targets] of importGraph(view).imports)
    for (const to of targets) addEdge(edges, from, to, importWeight);
  const count = view.files.length;
  let ranks = new Map(view.files.map(({ id }) => [id, 1 / count]));
  for (let round = 0; round < rounds; round += 1) ranks = nextRanks(ranks, edges);
  return ranks;
}

function nextRanks(ranks: ReadonlyMap<number, number>, edges: Edges): Map<number, number> {
  const next = new Map<number, number>();
  let loose = 0;
  for (const [from, rank] of ranks) {
    const targets = edges.get(from);
    if (targets === undefined) loose += rank;
    const total = targets === undefined ? 0 : targets.values().reduce((sum, weight) => sum + weight, 0);
    for (const [to, weight] of targets ?? []) next.set(to, (next.get(to) ?? 0) + (rank * weight) / total);
  }
  const base = (1 - damping + damping * loose) / ranks.size;
  return new Map([...ranks.keys()].map((id) => [id, base + damping * (next.get(id) ?? 0)]));
}

/** A file that uses a name points at the files that define it. */
function usesOf(view: SnapshotView): Edges {
  const defining = definingFiles(view);
  const rows = view.store.prepare(`
    SELECT name, reference.file, count FROM snapshot_file JOIN reference ON reference.file = snapshot_file.file
    WHERE snapshot_file.snapshot = ?`);
  rows.setReturnArrays(true);
  const edges: Edges = new Map();
  for (const row of rows.iterate(view.number)) {
    const [name, user, count] = row as unknown as [string, number, number];
    const files = defining.get(name) ?? [];
    if (files.length > maxDefining) continue;
    const weight = nameWeight(name, files.length) * Math.sqrt(count);
    for (const file of files) if (file !== user) addEdge(edges, user, file, weight);
  }
  return edges;
}

function definingFiles(view: SnapshotView): Map<string, number[]> {
  const rows = view.store.prepare(`
    SELECT DISTINCT name, definition.file FROM snapshot_file JOIN definition ON definition.file = snapshot_file.file
    WHERE snapshot_file.snapshot = ? AND kind NOT IN ('heading', 'key', 'cell')`);
  rows.setReturnArrays(true);
  const defining = new Map<string, number[]>();
  for (const row of rows.iterate(view.number)) {
    const [name, file] = row as unknown as [string, number];
    const known = defining.get(name);
    if (known === undefined) defining.set(name, [file]);
    else known.push(file);
  }
  return defining;
}

/** Long compound names are meant on purpose; private ones and those defined all over are not. */
function nameWeight(name: string, files: number): number {
  const compound = name.length >= 8 && (/[a-z][A-Z]/.test(name) || /[a-z]_[a-z]/i.test(name));
  const vague = name.startsWith('_') || name.length <= 3;
  return (compound ? 10 : 1) * (vague ? 0.1 : 1) * (files > 5 ? 0.1 : 1);
}

function addEdge(edges: Edges, from: number, to: number, weight: number): void {
  const targets = edges.get(from) ?? new Map<number, number>();
  targets.set(to, (targets.get(to) ?? 0) + weight);
  edges.set(from, targets);
}
