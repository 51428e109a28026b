/** `npm run bench:index`: indexing and searching of one folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateRepository } from '../../retrieval/snapshot/locate-repository.ts';
import { rankFiles } from '../../retrieval/search/ranking.ts';
import { buildSnapshot } from '../../retrieval/snapshot/snapshot-build.ts';
import type { SnapshotSource } from '../../retrieval/snapshot/snapshot-source.ts';
import { openView, type SnapshotView } from '../../retrieval/snapshot/snapshot-view.ts';
import { openStore } from '../../retrieval/store/store.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:index --',
  'Measures indexing and searching of one folder: megabytes a second, ten changed files, query times, peak memory.',
  {
    repository: { type: 'string', value: 'path', required: true, about: 'the folder' },
    ref: {
      type: 'string',
      value: 'name',
      about: 'the commit, branch or tag to index; the files as they are unless given',
    },
    queries: { type: 'number', default: 300, about: 'searches that are timed' },
    json: { type: 'boolean', about: 'a line of JSON instead of the figures' },
  },
);

type Report = Awaited<ReturnType<typeof measure>>;

/** What each figure is held to, for 30 MB and 20,000 chunks on two quiet cores; said beside it. */
const limits: Partial<Record<keyof Report, { least?: number; most?: number }>> = {
  megabytesASecond: { least: 3 },
  tenFilesMs: { most: 500 },
  searchP50Ms: { most: 30 },
  searchP99Ms: { most: 150 },
  peakMemoryMegabytes: { most: 500 },
};

process.exitCode = await main(values.repository);

async function main(path: string): Promise<number> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'switchyard-index-'));
  try {
    const report = await measure(path, dataDirectory);
    if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys(report))}\n`);
    else
      for (const [name, value] of Object.entries(report))
        process.stdout.write(`${name}: ${value}${limitOf(name, report)}\n`);
    return 0;
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

function limitOf(name: string, report: Report): string {
  const { least, most } = limits[name as keyof Report] ?? {};
  const value = report[name as keyof Report];
  if (least !== undefined) return ` (at least ${least}: ${value >= least ? 'kept' : 'not kept'})`;
  return most === undefined ? '' : ` (at most ${most}: ${value <= most ? 'kept' : 'not kept'})`;
}

async function measure(path: string, dataDirectory: string) {
  const ref = { kind: 'path', path, ...(values.ref === undefined ? {} : { ref: values.ref }) } as const;
  const source = await locateRepository(ref, dataDirectory, AbortSignal.timeout(60_000));
  using store = openStore(dataDirectory, source.repositoryKey);
  const [snapshot, indexMs] = await timed(() => buildSnapshot(store, source, () => undefined));
  const view = openView(store, source.repositoryKey, snapshot.id);
  if (view === null) throw new Error('the snapshot is not ready after it was built');
  const chunks = Number(store.prepare('SELECT count(*) AS n FROM chunk').get()?.n);
  const changedMs = await reindexTen(view, source);
  const times = queryTimes(view);
  return {
    files: snapshot.files,
    megabytes: round(snapshot.bytes / 1e6),
    chunks,
    indexSeconds: round(indexMs / 1000),
    megabytesASecond: round(snapshot.bytes / 1e3 / indexMs),
    tenFilesMs: round(changedMs),
    searchP50Ms: round(times[Math.floor(times.length * 0.5)] ?? 0),
    searchP99Ms: round(times[Math.floor(times.length * 0.99)] ?? 0),
    peakMemoryMegabytes: round(process.resourceUsage().maxRSS / 1e3),
    /** How busy the machine was over the last minute. */
    load: round(loadavg()[0] ?? 0),
  };
}

/** What ten changed files cost: their index is taken away, then the snapshot is opened again from its source. */
async function reindexTen(view: SnapshotView, source: SnapshotSource): Promise<number> {
  const step = Math.max(1, Math.floor(view.files.length / 10));
  const ids = view.files.filter((_, at) => at % step === 0).slice(0, 10);
  for (const { id } of ids) {
    view.store.prepare('DELETE FROM chunk_words WHERE rowid IN (SELECT id FROM chunk WHERE file = ?)').run(id);
    view.store.prepare('DELETE FROM chunk WHERE file = ?').run(id);
    for (const table of ['definition', 'reference', 'import'])
      view.store.prepare(`DELETE FROM ${table} WHERE file = ?`).run(id);
    view.store.prepare('UPDATE file SET indexed = 0 WHERE id = ?').run(id);
  }
  view.store.prepare(`UPDATE snapshot SET state = 'building' WHERE number = ?`).run(view.number);
  const [, milliseconds] = await timed(() => buildSnapshot(view.store, source, () => undefined));
  return milliseconds;
}

/** Queries of three to twelve words taken from the repository's own lines, sorted times in milliseconds. */
function queryTimes(view: SnapshotView): number[] {
  const count = values.queries;
  const wanted = Array.from({ length: count }, (_, at) => {
    const file = view.files[(at * 7919) % view.files.length];
    const words = file === undefined ? [] : (view.textOf(file).match(/[A-Za-z_]{3,30}/g) ?? []);
    const from = (at * 104_729) % Math.max(1, words.length - 12);
    return words.slice(from, from + 3 + (at % 10)).join(' ');
  });
  rankFiles(view, { query: 'first', kind: 'all', accepts: () => true });
  return wanted
    .map((query) => {
      const startMs = performance.now();
      rankFiles(view, { query, kind: 'all', accepts: () => true })
        .slice(0, 20)
        .map((one) => one.places(1));
      return performance.now() - startMs;
    })
    .sort((one, other) => one - other);
}

async function timed<Result>(work: () => Promise<Result>): Promise<[Result, milliseconds: number]> {
  const startMs = performance.now();
  const result = await work();
  return [result, performance.now() - startMs];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
