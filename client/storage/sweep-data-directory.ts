/**
 * Removes from a data directory what neither an open run nor one inside its retention needs. Nothing of it stops or waits
 * for the work that goes on meanwhile:
 * 1. What is stored is listed first, then the runs are; so what a later run stores is in neither list, and young.
 * 2. Nothing young is removed, whatever needs it: a run may have stored it and not told the server yet.
 * 3. Who uses something old again makes it young first, and every removal looks at the age last.
 * 4. Where the server cannot say what is needed, nothing is removed.
 */
import type { Client } from '@temporalio/client';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Cipher } from '../../codecs/cipher.ts';
import type { DataPaths } from '../../config/data-paths.ts';
import { deleteHistory, untilGone } from '../../application/storage/remove-histories.ts';
import { addReachable, storedContent, type Swept, sweepContent } from '../../retrieval/store/content-sweep.ts';
import { storedRepositories, storedSnapshots, sweepStore } from '../../retrieval/store/store-sweep.ts';
import { serversSince } from '../../runtime/temporal/known-servers.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { type DiskUsage, diskUsage, type Kind } from './disk-usage.ts';
import { type SweptStore, sweepShared } from './shared-store.ts';
import { findNeededRuns, type NeededRuns } from '../../application/storage/needed-runs.ts';
import { dayMs, graceMs, longestRunMs } from '../../application/storage/retention-limits.ts';
import {
  type FileSweep,
  sum,
  sweepBenchmarks,
  sweepCache,
  sweepCalls,
  sweepClones,
  sweepJournal,
  sweepLogs,
  sweepTraces,
} from './sweep-files.ts';

export type SweepRequest = {
  paths: DataPaths;
  /** Of the content that is stored. */
  cipher: Cipher;
  /** Null: there is none. */
  shared?: SweptStore | null;
  client: Client;
  namespace: string;
  /** The names that known-servers.ts may have for the server; runs of others cannot be asked about. */
  servers: readonly string[];
  /** Null: the server is this data directory's own, all its runs are, and their histories end with their retention. */
  taskQueue: string | null;
  keepDays: number;
  nowMs: number;
  dryRun: boolean;
  signal: AbortSignal;
  onProgress: (text: string) => void;
};

export type SweepReport = {
  before: DiskUsage;
  /** Of a dry run: what would go. Bytes of snapshots are then estimated; of histories it is their size as the server tells it. */
  removed: Record<Kind, Swept>;
  /** Null for a dry run. */
  after: DiskUsage | null;
  /** How many runs are open, or inside their retention. */
  neededRuns: number;
  notes: string[];
};

export async function sweepDataDirectory(request: SweepRequest): Promise<SweepReport> {
  const { paths, shared = null, nowMs, keepDays, dryRun, signal, onProgress } = request;
  const pause = async () => {
    await breathe();
    signal.throwIfAborted();
  };
  const before = await usageOf(request, null);
  const closedSinceMs = nowMs - keepDays * dayMs;
  const runs = await whatIsNeeded(request, closedSinceMs, pause);
  onProgress('removing what nothing needs');
  const notes: string[] = [];
  const cutoffMs = Math.min(closedSinceMs, nowMs - graceMs);
  const cutoffs = cutoffsOf(request, cutoffMs, notes);
  const files: FileSweep = { ...cutoffs, paths, ...runs, cutoffMs, graceMs: nowMs - graceMs, dryRun, pause };
  const removed = {
    snapshots: await sweepStores(request, { runs, pause, notes, ...cutoffs }),
    content: await sweepContent({
      directory: paths.content,
      isNeeded: (id) => runs.mentioned.has(id),
      olderThanMs: cutoffs.referredCutoffMs,
      dryRun,
      pause,
    }),
    clones: await sweepClones(files),
    journal: await sweepJournal(files),
    calls: await sweepCalls(files),
    traces: await sweepTraces(files),
    benchmarks: await sweepBenchmarks(files),
    logs: await sweepLogs(files),
    cache: await sweepCache(files),
    histories: await removeHistories(request, runs),
  };
  if (shared !== null) {
    const ages = { graceMs, longestRunMs, ageMs: nowMs - cutoffMs };
    const swept = await sweepShared(shared, { runs, dryRun, pause }, ages, notes);
    removed.content = sum([removed.content, swept.content]);
    removed.journal = sum([removed.journal, swept.journal]);
  }
  const histories = runs.needed.size + runs.expired.length;
  return {
    before: { ...before, histories: { ...before.histories, count: histories } },
    removed,
    after: dryRun ? null : await usageOf(request, histories - removed.histories.count),
    neededRuns: runs.needed.size,
    notes,
  };
}

/** With what the shared store holds. */
async function usageOf(
  { paths, shared = null }: Pick<SweepRequest, 'paths' | 'shared'>,
  histories: number | null,
): Promise<DiskUsage> {
  const usage = diskUsage(paths, histories);
  return shared === null ? usage : shared.addTo(usage);
}

/** Lists what is stored, and only then the runs. */
async function whatIsNeeded(
  { paths, shared = null, client, taskQueue, cipher, signal, onProgress }: SweepRequest,
  closedSinceMs: number,
  pause: () => Promise<void>,
): Promise<NeededRuns> {
  onProgress('listing what is stored');
  const universe = storedContent(paths.content);
  for (const key of storedRepositories(paths.indexDirectory))
    for (const id of storedSnapshots(paths.indexDirectory, key)) universe.add(id);
  await shared?.addIds(universe);
  const tell = everySecond((done, total) => onProgress(`reading histories, ${done} of ${total}`));
  const runs = await findNeededRuns({ client, closedSinceMs, taskQueue, universe, signal, onProgress: tell });
  const textsElsewhere = shared === null ? {} : { textsElsewhere: shared.textsOf };
  await addReachable(paths.content, runs.mentioned, universe, pause, { cipher, ...textsElsewhere });
  return runs;
}

type Cutoffs = { referredCutoffMs: number; journalCutoffMs: number };

/**
 * What runs refer to is usually kept for as long as the server says that they need it. Where workers of this data
 * directory have lately worked for another server, whose runs nobody can list here, it is kept until none of them can.
 */
function cutoffsOf({ paths, servers, nowMs }: SweepRequest, cutoffMs: number, notes: string[]): Cutoffs {
  const others = serversSince(paths, cutoffMs - longestRunMs).filter((name) => !servers.includes(name));
  if (others.length === 0) return { referredCutoffMs: cutoffMs, journalCutoffMs: nowMs - graceMs };
  const when = new Date(cutoffMs - longestRunMs).toISOString().slice(0, 10);
  notes.push(
    `this data directory has also worked for ${others.join(', ')}, where runs may need what it holds: snapshots, ` +
      `content and journal since ${when} were kept`,
  );
  return { referredCutoffMs: cutoffMs - longestRunMs, journalCutoffMs: nowMs - longestRunMs };
}

type StoresSweep = Cutoffs & { runs: NeededRuns; pause: () => Promise<void>; notes: string[] };

async function sweepStores(
  { paths, nowMs, dryRun }: SweepRequest,
  { runs, pause, notes, referredCutoffMs }: StoresSweep,
): Promise<Swept> {
  const swept: Swept = { count: 0, bytes: 0 };
  for (const key of storedRepositories(paths.indexDirectory)) {
    const sweep = await sweepStore(key, {
      dataDirectory: paths.indexDirectory,
      isNeeded: (id) => runs.mentioned.has(id),
      unusedSinceMs: referredCutoffMs,
      nowMs,
      dryRun,
      pause,
    });
    if (sweep.busy) notes.push(`${key}: a snapshot is being built, so that its snapshots were kept`);
    swept.count += sweep.removed;
    swept.bytes += sweep.bytes;
  }
  return swept;
}

/** Deletions in flight. */
const atOnce = 8;

/** The server ends a history when the retention that held at its run's end is over; this makes the one of now hold. */
async function removeHistories(request: SweepRequest, { expired }: NeededRuns): Promise<Swept> {
  const { client, namespace, taskQueue, dryRun, signal, onProgress } = request;
  if (taskQueue !== null) return { count: 0, bytes: 0 };
  const swept = sum(expired.map(({ bytes }) => ({ count: 1, bytes })));
  if (dryRun || expired.length === 0) return swept;
  let done = 0;
  const tell = everySecond((count) => onProgress(`removing histories, ${count} of ${expired.length}`));
  await inParallel(
    expired,
    { width: atOnce, signal },
    (run) => deleteHistory({ client, namespace }, run),
    () => {
      done += 1;
      tell(done, expired.length);
    },
  );
  await untilGone({ client, namespace, signal }, expired);
  return swept;
}

function everySecond(tell: (done: number, total: number) => void): (done: number, total: number) => void {
  let toldMs = Date.now();
  return (done, total) => {
    if (Date.now() - toldMs < 1000) return;
    toldMs = Date.now();
    tell(done, total);
  };
}
