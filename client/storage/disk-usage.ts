/** What a data directory holds, by kind. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DataPaths } from '../../config/data-paths.ts';
import { storedContent, type Swept } from '../../retrieval/store/content-sweep.ts';
import { storedRepositories, storedSnapshots } from '../../retrieval/store/store-sweep.ts';
import { registersIn } from '../../runtime/host/call-registers.ts';
import { bytesIn, sum } from './sweep-files.ts';

export const kinds = [
  'snapshots',
  'clones',
  'content',
  'journal',
  'calls',
  'traces',
  'benchmarks',
  'logs',
  'cache',
  'histories',
] as const;
export type Kind = (typeof kinds)[number];
/** Null where it is not known how many there are. */
export type Usage = { count: number | null; bytes: number };
export type DiskUsage = Record<Kind, Usage>;

/** Histories are the server's: how many there are, only it knows. */
export function diskUsage(paths: DataPaths, histories: number | null): DiskUsage {
  const snapshots = storedRepositories(paths.indexDirectory).map(
    (key) => storedSnapshots(paths.indexDirectory, key).length,
  );
  const database = ['', '-wal', '-shm'].map((end) => bytesIn(`${paths.database}${end}`));
  return {
    snapshots: { count: snapshots.reduce((all, one) => all + one, 0), bytes: bytesIn(paths.index) },
    clones: folderUsage(paths.clones),
    content: { count: storedContent(paths.content).size, bytes: bytesIn(paths.content) },
    journal: sum([folderUsage(paths.journal), folderUsage(paths.replies)]),
    calls: { count: registersIn(paths.calls), bytes: bytesIn(paths.calls) },
    traces: sum([folderUsage(paths.traces), folderUsage(paths.ratings)]),
    benchmarks: folderUsage(paths.benchmarks),
    logs: folderUsage(paths.logs),
    cache: sum([folderUsage(paths.cache), { count: 0, bytes: bytesIn(paths.bin) }]),
    histories: { count: histories, bytes: database.reduce((all, one) => all + one, 0) },
  };
}

function folderUsage(folder: string): Swept {
  if (!existsSync(folder)) return { count: 0, bytes: 0 };
  return sum(readdirSync(folder).map((name) => ({ count: 1, bytes: bytesIn(join(folder, name)) })));
}
