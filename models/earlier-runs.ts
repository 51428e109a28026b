/**
 * What runs have left in the journal (journal.ts), for the runs that are forks of them: found by what it holds, where the
 * run itself finds it by its key.
 *
 * 1. Runs that have ended leave nothing more, so that the journal of one is read once for a while, for all kinds.
 * 2. What cannot be read, since its key is gone, is not there: a fork pays for it.
 * 3. Nothing is written.
 */
import { EncryptionKeyUnknown } from '../codecs/failures.ts';
import type { RunRef } from '../contracts/trace.ts';
import { LruMap } from '../lib/lru.ts';
import type { Journal } from './journal.ts';
import { type Entry, type EntryKind, type RunEntry, runEntriesAmong } from './journal-entry.ts';

export type EarlierRuns = {
  /** In the order in which it was left. */
  entries<Value>(kind: EntryKind<Value>, run: RunRef): Promise<readonly RunEntry<Value>[]>;
};

const runsKept = 8;
const keptMs = 30_000;

type Known = {
  atMs: number;
  all: Promise<readonly Entry[]>;
  ofKind: Map<string, Promise<readonly RunEntry<unknown>[]>>;
};

/** @param journal that the runs have written to, each under its own id */
export function createEarlierRuns(journal: Pick<Journal, 'entriesOf'>): EarlierRuns {
  const known = new LruMap<string, Known>(runsKept);
  const knownOf = (run: RunRef): Known => {
    const name = JSON.stringify([run.workflowId, run.runId]);
    const found = known.get(name);
    if (found !== undefined && Date.now() - found.atMs < keptMs) return found;
    const all = journal.entriesOf(run).catch(noneOfUnknownKey);
    const read: Known = { atMs: Date.now(), all, ofKind: new Map() };
    known.set(name, read);
    all.catch(() => known.delete(name));
    return read;
  };
  return {
    entries<Value>(kind: EntryKind<Value>, run: RunRef): Promise<readonly RunEntry<Value>[]> {
      const { all, ofKind } = knownOf(run);
      const entries = ofKind.get(kind.name) ?? all.then((each) => runEntriesAmong(each, kind, run));
      ofKind.set(kind.name, entries);
      return entries as Promise<readonly RunEntry<Value>[]>;
    },
  };
}

function noneOfUnknownKey(error: unknown): [] {
  if (error instanceof EncryptionKeyUnknown) return [];
  throw error;
}
