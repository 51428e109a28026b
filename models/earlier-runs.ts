/**
 * What runs have left in the journal (journal.ts), for the runs that are forks of them: found by what it holds, where the
 * run itself finds it by its key.
 *
 * 1. Runs that have ended leave nothing more, so that what was read of one is read once for a while.
 * 2. What cannot be read, since its key is gone, is not there: a fork pays for it.
 * 3. Nothing is written.
 */
import { EncryptionKeyUnknown } from '../codecs/failures.ts';
import type { RunRef } from '../contracts/trace.ts';
import { LruMap } from '../lib/lru.ts';
import type { Journal } from './journal.ts';
import type { EntryKind, RunEntry } from './journal-entry.ts';

export type EarlierRuns = {
  /** In the order in which it was left. */
  entries<Value>(kind: EntryKind<Value>, run: RunRef): Promise<readonly RunEntry<Value>[]>;
};

const runsKept = 8;
const keptMs = 30_000;

/** @param journal that the runs have written to, each under its own id */
export function createEarlierRuns(journal: Pick<Journal, 'ofRun'>): EarlierRuns {
  const known = new LruMap<string, { atMs: number; entries: Promise<readonly RunEntry<unknown>[]> }>(runsKept);
  return {
    entries<Value>(kind: EntryKind<Value>, run: RunRef): Promise<readonly RunEntry<Value>[]> {
      const name = JSON.stringify([kind.name, run.workflowId, run.runId]);
      const found = known.get(name);
      const isFresh = found !== undefined && Date.now() - found.atMs < keptMs;
      const entries = isFresh ? found.entries : journal.ofRun(kind, run).catch(noneOfUnknownKey);
      if (!isFresh) {
        known.set(name, { atMs: Date.now(), entries });
        entries.catch(() => known.delete(name));
      }
      return entries as Promise<readonly RunEntry<Value>[]>;
    },
  };
}

function noneOfUnknownKey(error: unknown): [] {
  if (error instanceof EncryptionKeyUnknown) return [];
  throw error;
}
