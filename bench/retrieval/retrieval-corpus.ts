/** Opens a dataset's snapshots from local clones, and ranks whole files by plain BM25 to compare with. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { locateRepository } from '../../retrieval/snapshot/locate-repository.ts';
import type { SearchKind } from '../../retrieval/search/weights.ts';
import { buildSnapshot } from '../../retrieval/snapshot/snapshot-build.ts';
import { openView, type SnapshotView } from '../../retrieval/snapshot/snapshot-view.ts';
import { inTransaction, openStore } from '../../retrieval/store/store.ts';
import type { BenchRecord } from './retrieval-records.ts';

export type Corpus = {
  open(record: BenchRecord): Promise<SnapshotView>;
  /** Paths by whole-file BM25, best first, at most 20. */
  plain(view: SnapshotView, record: BenchRecord): string[];
};

/** @param clones holds owner__name, owner+name or owner/name, bare or not, or with the clone in `repo` below it */
export function openCorpus(clones: string, dataDirectory: string): Corpus {
  const stores = new Map<string, DatabaseSync>();
  const views = new Map<string, SnapshotView>();
  const baselines = new Map<DatabaseSync, DatabaseSync>();
  return {
    async open(record) {
      const key = `${record.repository}@${record.commit}`;
      const known = views.get(key);
      if (known !== undefined) return known;
      const path = cloneOf(clones, record.repository);
      const ref = { kind: 'path', path, ref: record.commit } as const;
      const source = await locateRepository(ref, dataDirectory, AbortSignal.timeout(600_000));
      const store = stores.get(source.repositoryKey) ?? openStore(dataDirectory, source.repositoryKey);
      stores.set(source.repositoryKey, store);
      const { id } = await buildSnapshot(store, source, () => undefined);
      const view = openView(store, source.repositoryKey, id);
      if (view === null) throw new Error(`${key} is not ready after it was built`);
      views.clear();
      views.set(key, view);
      return view;
    },
    plain(view, record) {
      const baseline = baselines.get(view.store) ?? openBaseline(dataDirectory, view.snapshot.repositoryKey);
      baselines.set(view.store, baseline);
      addFiles(baseline, view);
      return rankPlainly(baseline, view, record);
    },
  };
}

function cloneOf(clones: string, repository: string): string {
  const names = [repository.replace('/', '__'), repository.replace('/', '+'), repository];
  for (const name of names) {
    for (const folder of [join(clones, name, 'repo'), join(clones, name), join(clones, `${name}.git`)]) {
      if (existsSync(join(folder, 'HEAD')) || existsSync(join(folder, '.git'))) return folder;
    }
  }
  throw new Error(`there is no clone of ${repository} in ${clones}: looked for ${names.join(', ')}`);
}

function openBaseline(dataDirectory: string, repositoryKey: string): DatabaseSync {
  const baseline = new DatabaseSync(join(dataDirectory, 'index', `${repositoryKey}.plain`));
  baseline.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS held (file INTEGER PRIMARY KEY);
    CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (text, content = '', tokenize = 'unicode61')`);
  return baseline;
}

function addFiles(baseline: DatabaseSync, view: SnapshotView): void {
  const has = baseline.prepare('SELECT 1 FROM held WHERE file = ?');
  const hold = baseline.prepare('INSERT INTO held VALUES (?)');
  const add = baseline.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)');
  const missing = view.files.filter((file) => has.get(file.id) === undefined);
  inTransaction(baseline, () => {
    for (const file of missing) {
      hold.run(file.id);
      add.run(file.id, view.textOf(file));
    }
  });
}

function rankPlainly(baseline: DatabaseSync, view: SnapshotView, { query, kind }: BenchRecord): string[] {
  const words = new Set((query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, 1000));
  if (words.size === 0) return [];
  const rows = baseline
    .prepare('SELECT rowid AS file FROM words WHERE words MATCH ? ORDER BY bm25(words)')
    .all([...words].map((word) => `"${word}"`).join(' OR '));
  return rows
    .flatMap(({ file }) => view.byId.get(Number(file)) ?? [])
    .filter((file) => isOfKind(file.class, kind))
    .slice(0, 20)
    .map((file) => file.path);
}

function isOfKind(found: string, kind: SearchKind): boolean {
  return kind === 'all' || found === kind;
}
