/** The store that workers share as `switchyard gc` sees it, where a setting names one. */
import type { Client } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import type { Swept } from '../../retrieval/store/content-sweep.ts';
import type { DiskUsage } from './disk-usage.ts';
import type { NeededRuns } from '../../application/storage/needed-runs.ts';
import { openSharedStore, type SharedStore } from '../../application/storage/shared-store.ts';
import { sum } from './sweep-files.ts';

export type SweptStore = Omit<SharedStore, 'database'> & {
  /** The same usage with what is stored there. */
  addTo(usage: DiskUsage): Promise<DiskUsage>;
  sweep(rules: SharedRules): Promise<{ content: Swept; journal: Swept }>;
};

export type SharedRules = {
  isNeeded: (id: string) => boolean;
  /** What was stored within so many milliseconds stays. */
  contentAgeMs: number;
  /** Run ids whose entries stay. */
  journals: ReadonlySet<string>;
  journalAgeMs: number;
  dryRun: boolean;
  pause: () => Promise<void>;
};

/** Milliseconds, as in sweep-data-directory.ts. */
type Ages = { graceMs: number; longestRunMs: number; ageMs: number };

/** The rules are those of the data directory, with the servers for which any worker of the store has worked. */
export async function sweepShared(
  shared: SweptStore,
  { runs, dryRun, pause }: Pick<SharedRules, 'dryRun' | 'pause'> & { runs: NeededRuns },
  { graceMs, longestRunMs, ageMs }: Ages,
  notes: string[],
): Promise<{ content: Swept; journal: Swept }> {
  const others = await shared.otherServers(ageMs + longestRunMs);
  if (others.length > 0)
    notes.push(
      `workers of the shared store have also worked for ${others.join(', ')}: what runs there may need was kept`,
    );
  const [contentAgeMs, journalAgeMs] = others.length === 0 ? [ageMs, graceMs] : [ageMs + longestRunMs, longestRunMs];
  const isNeeded = (id: string) => runs.mentioned.has(id);
  return shared.sweep({ isNeeded, contentAgeMs, journals: runs.journals, journalAgeMs, dryRun, pause });
}

/** @throws StoreUnavailable */
export async function openSweptStore(
  settings: Pick<Config, 'sharedStore' | 'encryption'>,
  client: Client,
  name: string,
): Promise<SweptStore | null> {
  const opened = await openSharedStore(settings, client, name);
  if (opened === null) return null;
  const store = await import('../../shared-store/sweep.ts');
  const { database, ...shared } = opened;
  return {
    ...shared,
    async addTo(usage) {
      const { content, journal } = await store.storeUsage(database);
      const add = (kind: 'content' | 'journal', more: Swept) => {
        const { count, bytes } = usage[kind];
        return count === null ? usage[kind] : sum([{ count, bytes }, more]);
      };
      return { ...usage, content: add('content', content), journal: add('journal', journal) };
    },
    async sweep(rules) {
      return {
        content: await store.sweepSharedContent(database, rules),
        journal: await store.sweepSharedJournal(database, rules),
      };
    },
  };
}
