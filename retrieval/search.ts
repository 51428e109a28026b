/** Full-text search over a snapshot: BM25 over chunks, gathered by file, with priors for tests and docs. */
import type { Place } from './rendering.ts';
import type { SnapshotView, ViewFile } from './snapshot-view.ts';
import { namedPlaces } from './trace-places.ts';
import { matchExpression, queryTerms } from './words.ts';

export type SearchKind = 'code' | 'docs';
export type SearchRequest = {
  query: string;
  kind: SearchKind;
  accepts: (path: string) => boolean;
  /** Places wanted. */
  limit: number;
};
/** Best first; `files` counts the files that matched at all. */
export type SearchResult = { places: Place[]; files: number };

/** BM25 weights of the columns path, names, parts, body; measured in the project's facts file. */
const columnWeights = '3.0, 3.0, 0.5, 1.0';
/** A file's score: its best chunk, and shares of the next two. */
const chunkShares = [1, 0.4, 0.2];
const testPrior = 0.6;
const docsPrior = 0.7;
const namedPrior = 2;
const maxChunks = 400;
const maxPerFile = 3;

type Hit = Place & { score: number };
type FileHits = { file: ViewFile; score: number; hits: Hit[] };

/** Any text is a query; one without a known word finds nothing. */
export function search(view: SnapshotView, request: SearchRequest): SearchResult {
  const ranked = rankFiles(view, request);
  const top = (ranked[0]?.score ?? 0) + 1;
  const named = request.kind === 'code' ? namedHits(view, request, top) : [];
  const rest = ranked.filter((one) => !named.some(({ file }) => file === one.file));
  const files = [...named, ...rest];
  const places = files.slice(0, request.limit).flatMap(({ hits }) => hits.slice(0, 1));
  // Fewer files than places wanted: the files' next best chunks fill up.
  for (let depth = 1; depth < maxPerFile && places.length < request.limit; depth += 1) {
    const more = files.flatMap(({ hits }) => hits.slice(depth, depth + 1));
    places.push(...more.slice(0, request.limit - places.length));
  }
  return { places, files: files.length };
}

function rankFiles(view: SnapshotView, request: SearchRequest): FileHits[] {
  const byFile = new Map<number, FileHits>();
  for (const hit of chunkHits(view, request)) {
    const known = byFile.get(hit.file.id);
    if (known === undefined) byFile.set(hit.file.id, { file: hit.file, score: 0, hits: [hit] });
    else known.hits.push(hit);
  }
  const prior = priors(view, request);
  for (const found of byFile.values()) {
    const sum = chunkShares.reduce((total, share, at) => total + share * (found.hits[at]?.score ?? 0), 0);
    found.score = sum * prior(found.file);
    const [best] = found.hits;
    if (best) best.score = found.score;
  }
  return [...byFile.values()].sort(
    (one, other) => other.score - one.score || (one.file.path < other.file.path ? -1 : 1),
  );
}

/** A question about tests wants tests; a search for docs demotes nothing; a file named in the query is likely meant. */
function priors(view: SnapshotView, { query, kind }: SearchRequest): (file: ViewFile) => number {
  const aboutTests = /\b(tests?|testing|specs?|fixtures?|mock(s|ed)?)\b/i.test(query);
  const named = new Set(namedPlaces(view, query).map(({ file }) => file));
  return (file) => {
    const prior = named.has(file) ? namedPrior : 1;
    if (file.class === 'test') return aboutTests ? prior : prior * testPrior;
    return file.class === 'docs' && kind === 'code' ? prior * docsPrior : prior;
  };
}

/** Chunks that hold any of the query's words, best first. */
function chunkHits(view: SnapshotView, { query, kind, accepts }: SearchRequest): Hit[] {
  const expression = matchExpression(queryTerms(query));
  if (expression === null) return [];
  const wanted = new Set<number>();
  for (const file of view.files) {
    if ((kind === 'code' || file.class === 'docs') && accepts(file.path)) wanted.add(file.id);
  }
  view.store.function('is_wanted', { directOnly: true }, (id) => (wanted.has(Number(id)) ? 1 : 0));
  const rows = view.store
    .prepare(`
      SELECT chunk.file, chunk.first, chunk.last, chunk.symbol, chunk.kind, bm25(chunk_words, ${columnWeights}) AS rank
      FROM chunk_words JOIN chunk ON chunk.id = chunk_words.rowid
      WHERE chunk_words MATCH ? AND is_wanted(chunk.file) ORDER BY rank, chunk.file, chunk.first LIMIT ${maxChunks}`)
    .all(expression);
  return rows.flatMap((row): Hit[] => {
    const file = view.byId.get(Number(row.file));
    if (file === undefined) return [];
    const symbol = row.symbol === null ? null : { kind: String(row.kind), name: String(row.symbol) };
    return [{ file, firstLine: Number(row.first), lastLine: Number(row.last), symbol, score: -Number(row.rank) }];
  });
}

/** Files that a stack trace or a path in the query names come first, at the line that it names. */
function namedHits(view: SnapshotView, { query, accepts }: SearchRequest, score: number): FileHits[] {
  return namedPlaces(view, query)
    .filter(({ file }) => accepts(file.path) && file.lines > 0)
    .slice(0, 4)
    .flatMap(({ file, line }): FileHits[] => {
      if (line === null || line > file.lines) return [];
      const place = { file, firstLine: Math.max(1, line - 15), lastLine: Math.min(file.lines, line + 20) };
      return [{ file, score, hits: [{ ...place, score }] }];
    });
}
