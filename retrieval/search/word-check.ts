/** Tells which words of a query stand nowhere in a snapshot, and mends those that are a slip away from one that does. */
import type { StatementSync } from 'node:sqlite';
import { filesOfChunks } from './chunk-scores.ts';
import { readQuery, stemsOf } from './query-reading.ts';
import { defaultWeights } from './weights.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';

export type MendedWord = { written: string; meant: string };
/** `query` is the query with the mended words in place; `missing` are the others that no file holds. */
export type CheckedQuery = { query: string; missing: string[]; mended: MendedWord[] };

/** Shorter words have too many neighbours. */
const shortestMended = 5;
/** From here on two slips are likely in one word. */
const longWord = 9;
/** A query of more words is a text: its words are not looked at one by one. */
const mostWords = 40;

export function checkWords(view: SnapshotView, query: string): CheckedQuery {
  const { terms } = readQuery(query, defaultWeights);
  const checked: CheckedQuery = { query, missing: [], mended: [] };
  if (terms.size > mostWords) return checked;
  for (const term of terms.keys()) {
    if (standsSomewhere(view, term)) continue;
    const written = new RegExp(`(?<![\\p{L}\\p{N}_$])${escaped(term)}(?![\\p{L}\\p{N}_$])`, 'iu').exec(query)?.[0];
    const meant = written === undefined ? null : nearestWord(view, term);
    if (written === undefined || meant === null) checked.missing.push(written ?? term);
    else {
      checked.query = checked.query.replaceAll(written, meant);
      checked.mended.push({ written, meant });
    }
  }
  return checked;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** In itself or in its plain form: the index's stems of `adds` and `added` differ. */
function standsSomewhere(view: SnapshotView, term: string): boolean {
  const forms = [term, term.replace(/(?:ed|ing|es|s)$/, '')].filter((form) => form.length > 2 || form === term);
  return forms.some((form) => firstChunk(view, `"${form.replaceAll('"', '')}"`) !== null);
}

const statements = new WeakMap<SnapshotView, StatementSync>();

function rowsMatching(view: SnapshotView): StatementSync {
  const known = statements.get(view);
  if (known !== undefined) return known;
  const rows = view.store.prepare('SELECT rowid FROM chunk_words WHERE chunk_words MATCH ?');
  rows.setReturnArrays(true);
  statements.set(view, rows);
  return rows;
}

function firstChunk(view: SnapshotView, expression: string): number | null {
  const files = filesOfChunks(view);
  for (const row of rowsMatching(view).iterate(expression)) {
    const [chunk] = row as unknown as [number];
    if ((files[chunk] ?? 0) !== 0) return chunk;
  }
  return null;
}

/** The word of the snapshot that is one slip away, two in a long word; null where none is, or where several are. */
function nearestWord(view: SnapshotView, word: string): string | null {
  if (word.length < shortestMended || !/^\p{L}+$/u.test(word)) return null;
  const slips = word.length >= longWord ? 2 : 1;
  const form = stemsOf([word]).get(word) ?? word;
  let best: { meant: string; count: number; slips: number } | null = null;
  for (const { term, doc } of vocabularyNear(view, word)) {
    const needed = Math.min(slipsBetween(word, term, slips), slipsBetween(form, term, 1) === 1 ? 1 : slips + 1);
    if (needed > slips) continue;
    if (best === null || needed < best.slips || (needed === best.slips && doc > best.count)) {
      const meant = spelledOut(view, term, word, slips);
      if (meant !== null) best = { meant, count: doc, slips: needed };
    }
  }
  return best?.meant ?? null;
}

/** Stems of the index that begin with the word's first letter, and are about as long. */
function vocabularyNear(view: SnapshotView, word: string): { term: string; doc: number }[] {
  view.store.exec('CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab (main, chunk_words, row)');
  const first = word.slice(0, 1);
  return view.store
    .prepare('SELECT term, doc FROM temp.vocabulary WHERE term >= ?1 AND term < ?2 AND length(term) BETWEEN ?3 AND ?4')
    .all(first, `${first}\u{10ffff}`, word.length - 5, word.length + 2)
    .map(({ term, doc }) => ({ term: String(term), doc: Number(doc) }));
}

/** A stem is no query: its own stem may be another. */
function chunkWithStem(view: SnapshotView, stem: string): number | undefined {
  view.store.exec('CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrence USING fts5vocab (main, chunk_words, instance)');
  const files = filesOfChunks(view);
  const rows = view.store
    .prepare("SELECT doc FROM temp.occurrence WHERE term = ? AND col IN ('body', 'comments')")
    .iterate(stem);
  return rows.map(({ doc }) => Number(doc)).find((chunk) => (files[chunk] ?? 0) !== 0);
}

/** A word of the snapshot that has this stem and is as near to the one that was written. */
function spelledOut(view: SnapshotView, stem: string, word: string, slips: number): string | null {
  const chunk = chunkWithStem(view, stem);
  if (chunk === undefined) return null;
  const row = view.store.prepare('SELECT file, first, last FROM chunk WHERE id = ?').get(chunk);
  const file = view.byId.get(Number(row?.file));
  if (file === undefined) return null;
  const lines = view.linesOf(file).slice(Number(row?.first) - 1, Number(row?.last));
  const words = new Set(lines.flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? []));
  return [...words].find((one) => one.startsWith(stem.slice(0, 3)) && slipsBetween(word, one, slips) <= slips) ?? null;
}

/** Insertions, deletions, replacements and swaps of neighbours (Damerau, 1964); more than `most` is `most` + 1. */
function slipsBetween(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let [before, last] = [[] as number[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let at = 1; at <= one.length; at += 1) {
    const row = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const same = one[at - 1] === other[to - 1] ? 0 : 1;
      let least = Math.min((last[to] ?? 0) + 1, (row[to - 1] ?? 0) + 1, (last[to - 1] ?? 0) + same);
      if (at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1])
        least = Math.min(least, (before[to - 2] ?? 0) + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[other.length] ?? most + 1;
}
