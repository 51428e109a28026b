/** Ranks the files of a snapshot for a query: chunks by BM25, files by their best chunks, then by what the query names. */
import { addScores, type ChunkScores, definingFiles, filesOfChunks, noScores } from './chunk-scores.ts';
import { importGraph } from '../index/import-graph.ts';
import { readQuery, type ReadQuery } from './query-reading.ts';
import type { Place } from '../tools/rendering.ts';
import { prepared } from '../store/prepared.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';
import { defaultWeights, type SearchKind, type Weights } from './weights.ts';

export type RankRequest = { query: string; kind: SearchKind; accepts: (path: string) => boolean };

export type RankedFile = {
  file: ViewFile;
  score: number;
  /** Its best places, best first: looked up when asked for. */
  places(limit: number): Place[];
};

type Found = { file: ViewFile; score: number; chunks: { id: number; score: number }[]; line: number | null };

export function rankFiles(view: SnapshotView, request: RankRequest, weights: Weights = defaultWeights): RankedFile[] {
  const read = readQuery(request.query, weights);
  const wanted = wantedFiles(view, request, weights);
  const scores = noScores(view);
  addScores(scores, view, read.terms, wanted, weights);
  if (weights.phrase > 0) {
    addScores(scores, view, new Map(read.phrases.map((phrase) => [phrase, weights.phrase])), wanted, weights);
  }
  if (weights.pair > 0)
    addScores(scores, view, new Map(read.pairs.map((pair) => [pair, weights.pair])), wanted, weights);
  const found = gatherFiles(view, scores, weights);
  addNamed(view, request, read, wanted, weights, found);
  for (const one of found.values()) one.score *= prior(one.file, request.kind, read, weights);
  if (weights.imported > 0) addImported(view, found, (file) => prior(file, request.kind, read, weights), weights);
  return best(found.values(), found.size).map((one) => ({
    file: one.file,
    score: one.score,
    places: (limit) => placesOf(view, one, limit),
  }));
}

function wantedFiles(view: SnapshotView, { kind, accepts }: RankRequest, weights: Weights): Set<number> {
  const priors = weights.priors[kind];
  return new Set(view.files.filter((file) => priors[file.class] > 0 && accepts(file.path)).map((file) => file.id));
}

function gatherFiles(view: SnapshotView, scores: ChunkScores, { chunkShares }: Weights): Map<number, Found> {
  const files = filesOfChunks(view);
  const found = new Map<number, Found>();
  for (const id of scores.scored) {
    const score = scores.of[id] ?? 0;
    const fileId = files[id] ?? 0;
    const known = found.get(fileId);
    const file = view.byId.get(fileId);
    if (known !== undefined) known.chunks.push({ id, score });
    else if (file !== undefined) found.set(fileId, { file, score: 0, chunks: [{ id, score }], line: null });
  }
  for (const one of found.values()) {
    one.chunks.sort((left, right) => right.score - left.score);
    one.score = chunkShares.reduce((sum, share, at) => sum + share * (one.chunks[at]?.score ?? 0), 0);
  }
  return found;
}

/** Files that the query names by path or by what they define gain a share of the best score. */
function addNamed(
  view: SnapshotView,
  { query }: RankRequest,
  read: ReadQuery,
  wanted: ReadonlySet<number>,
  weights: Weights,
  found: Map<number, Found>,
): void {
  let top = 1;
  for (const { score } of found.values()) top = Math.max(top, score);
  const add = (file: ViewFile, share: number, line: number | null) => {
    if (!wanted.has(file.id) || file.lines === 0) return;
    const known = found.get(file.id) ?? { file, score: 0, chunks: [], line };
    known.score += share * top;
    known.line ??= line;
    found.set(file.id, known);
  };
  for (const { file, line } of namedPlaces(view, query)) {
    const inFile = line !== null && line <= file.lines;
    add(file, inFile ? weights.namedLine : weights.namedFile, inFile ? line : null);
  }
  for (const [file, share] of definingFiles(view, read, weights)) add(file, share, null);
}

/** How many of the best files' imports are looked at. */
const looksInto = 10;

/** A second look around the best hits: what they import gains a share of their score, if the query speaks of it at all. */
function addImported(
  view: SnapshotView,
  found: ReadonlyMap<number, Found>,
  priorOf: (file: ViewFile) => number,
  { imported }: Weights,
): void {
  const { imports } = importGraph(view);
  const gains = new Map<Found, number>();
  for (const one of best(found.values(), looksInto)) {
    for (const id of imports.get(one.file.id) ?? []) {
      const target = found.get(id);
      if (target !== undefined && target.score > 0)
        gains.set(target, Math.max(gains.get(target) ?? 0, imported * one.score));
    }
  }
  for (const [target, gain] of gains) target.score += gain * priorOf(target.file);
}

function best(found: Iterable<Found>, count: number): Found[] {
  return [...found]
    .sort((one, other) => other.score - one.score || (one.file.path < other.file.path ? -1 : 1))
    .slice(0, count);
}

/** A question about tests wants tests. */
function prior(file: ViewFile, kind: SearchKind, { aboutTests }: ReadQuery, weights: Weights): number {
  return aboutTests && kind === 'all' && file.class === 'test' ? 1 : weights.priors[kind][file.class];
}

function placesOf(view: SnapshotView, { file, score, chunks, line }: Found, limit: number): Place[] {
  const places: Place[] = [];
  if (line !== null)
    places.push({ file, firstLine: Math.max(1, line - 15), lastLine: Math.min(file.lines, line + 20), score });
  const find = prepared(view.store, 'SELECT first, last, symbol, kind FROM chunk WHERE id = ?');
  for (const chunk of chunks.slice(0, limit)) {
    const row = find.get(chunk.id);
    if (row === undefined || places.length >= limit) continue;
    const symbol = row.symbol === null ? null : { kind: String(row.kind), name: String(row.symbol) };
    places.push({
      file,
      firstLine: Number(row.first),
      lastLine: Number(row.last),
      symbol,
      score: places.length === 0 ? score : chunk.score,
    });
  }
  if (places.length === 0) places.push({ file, firstLine: 1, lastLine: Math.min(file.lines, 40), score });
  return places;
}

// Recognises the places that stack traces and messages name: `lib/route.js:12:5`, `File "a.py", line 3`.

/** `line` is null where only the file is named. */
type NamedPlace = { file: ViewFile; line: number | null };

const forms = [
  /File "(?<path>[^"\n]{1,300})", line (?<line>\d{1,7})/g,
  /(?<![\w@.+~/\\-])(?<path>[\w@.+~/\\-]{1,300}\.[A-Za-z][A-Za-z0-9]{0,9})(?:[:(](?<line>\d{1,7}))?/g,
];

/** Each file once, the first named line kept; at most 20. A path matches the file that shares its longest ending. */
function namedPlaces(view: SnapshotView, query: string): NamedPlace[] {
  const found = new Map<string, NamedPlace>();
  for (const form of forms) {
    for (const { groups } of query.matchAll(form)) {
      const file = fileEndingLike(view, (groups?.path ?? '').replaceAll('\\', '/'));
      if (file === null || found.size >= 20) continue;
      const line = groups?.line === undefined ? null : Number(groups.line);
      const known = found.get(file.path);
      if (known === undefined || known.line === null) found.set(file.path, { file, line });
    }
  }
  return [...found.values()];
}

function fileEndingLike(view: SnapshotView, named: string): ViewFile | null {
  const parts = named.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  for (let from = 0; from < parts.length; from += 1) {
    const exact = view.byPath.get(parts.slice(from).join('/'));
    if (exact !== undefined) return exact;
  }
  // A name alone, or a path cut short at its front: taken when only one file ends so.
  const ending = `/${parts.join('/')}`;
  const candidates = view.files.filter((file) => file.path.endsWith(ending));
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}
