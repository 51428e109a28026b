/** Lists what a data directory's indexes hold, from the same rows that searching goes by. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LeftOut } from '../../contracts/snapshot.ts';
import { embeddedByModel } from '../store/vector-store.ts';
import { indexVersion, textVersion } from '../store/store-schema.ts';

export type StoredIndex = {
  repository: string;
  /** `outdated`: of another version, made anew when it is opened next. */
  state: 'current' | 'outdated';
  bytes: number;
  chunks: number;
  definitions: number;
  /** Files whose syntax could not be read, and that were cut by lines instead. */
  unparsed: number;
  /** Chunks with a vector, by the model that made it. */
  embedded: { model: string; chunks: number }[];
  snapshots: StoredState[];
};
export type StoredState = {
  id: string;
  label: string;
  state: string;
  /** Why its index could not be built. */
  failure: string | null;
  files: number;
  skipped: Record<string, number>;
};

/** @param dataDirectory the folder that retrieval keeps its indexes in */
export function indexStatus(dataDirectory: string): StoredIndex[] {
  const folder = join(dataDirectory, 'index');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.sqlite'));
  return names.sort().map((name) => readIndex(join(folder, name), name.replace(/\.sqlite$/, '')));
}

function readIndex(file: string, repository: string): StoredIndex {
  const store = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    const { size: bytes } = statSync(file);
    const versions = store.prepare('SELECT text_version, index_version FROM state').get();
    if (versions?.text_version !== textVersion || versions.index_version !== indexVersion) {
      return {
        repository,
        state: 'outdated',
        bytes,
        chunks: 0,
        definitions: 0,
        unparsed: 0,
        embedded: [],
        snapshots: [],
      };
    }
    const count = (what: string) => Number(store.prepare(`SELECT count(*) AS n FROM ${what}`).get()?.n);
    const snapshots = store.prepare(snapshotRows).all().map(toState);
    const [chunks, definitions] = [count('chunk'), count('definition')];
    return {
      repository,
      state: 'current',
      bytes,
      chunks,
      definitions,
      unparsed: count('file WHERE indexed = 2'),
      embedded: embeddedByModel(store),
      snapshots,
    };
  } finally {
    store.close();
  }
}

const snapshotRows = `
  SELECT id, label, state, failure, skipped, (SELECT count(*) FROM snapshot_file WHERE snapshot = number) AS files
  FROM snapshot ORDER BY number DESC`;

function toState({ id, label, state, failure, files, skipped }: Record<string, unknown>): StoredState {
  const left: unknown = JSON.parse(String(skipped));
  // Earlier versions kept the counts alone.
  const counts = Array.isArray(left)
    ? Object.fromEntries(
        LeftOut.array()
          .parse(left)
          .map(({ reason, count }) => [reason, count]),
      )
    : (left as Record<string, number>);
  return {
    id: String(id),
    label: String(label),
    state: String(state),
    failure: failure === null ? null : String(failure),
    files: Number(files),
    skipped: counts,
  };
}
