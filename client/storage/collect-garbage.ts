/** `switchyard gc`: makes room in the data directory, and says how much. */
import { createCipher } from '../../codecs/cipher.ts';
import { dataPaths, type DataPaths } from '../../config/data-paths.ts';
import type { Config } from '../../config/config.ts';
import { takeLock, whileLocked } from '../../runtime/host/file-lock.ts';
import { compactDatabase } from '../../runtime/temporal/compact-database.ts';
import { ownServerName, serverName } from '../../runtime/temporal/known-servers.ts';
import { stopLeftOverServer } from '../../runtime/temporal/server-record.ts';
import { mkdirSync } from 'node:fs';
import { exitCodes } from '../exit-codes.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession } from '../../application/session/session.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { openSweptStore } from './shared-store.ts';
import { diskUsage } from './disk-usage.ts';
import { reportJson, reportTable } from './sweep-report.ts';
import { sweepDataDirectory, type SweepReport } from './sweep-data-directory.ts';

export type GcOptions = {
  /** Days; the setting's unless given. */
  keep?: number;
  dryRun: boolean;
  json: boolean;
};

export async function collectGarbage({ keep, dryRun, json }: GcOptions): Promise<number> {
  const settings = readSettings();
  const paths = dataPaths(settings.dataDirectory, settings.indexDirectory);
  const keepDays = keep ?? settings.retentionDays;
  mkdirSync(paths.dataDirectory, { recursive: true, mode: 0o700 });
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  try {
    const sweep = () => sweepAndCompact(settings, paths, { keepDays, dryRun, signal });
    const report = dryRun ? await sweep() : await alone(paths, signal, sweep);
    for (const text of report.notes) note(text);
    if (json) printJson(reportJson(report, keepDays));
    else print(reportTable(report));
    return exitCodes.worked;
  } catch (error) {
    if (!signal.aborted) throw error;
    note('interrupted: what was removed by then nothing needed; run it again for the rest');
    return exitCodes.interrupted;
  }
}

/** Two that remove at once would do each other no harm, but count the same things. */
async function alone<Result>(paths: DataPaths, signal: AbortSignal, act: () => Promise<Result>): Promise<Result> {
  const lock = takeLock(paths.sweepLock);
  if (lock === null) note('another gc is at work in this data directory: waiting for its end');
  lock?.release();
  return whileLocked(paths.sweepLock, act, signal);
}

type Sweep = { keepDays: number; dryRun: boolean; signal: AbortSignal };

async function sweepAndCompact(settings: Config, paths: DataPaths, sweep: Sweep): Promise<SweepReport> {
  const isOwn = !settings.temporal.external;
  const report = await withServer(settings, paths, sweep);
  if (sweep.dryRun || !isOwn) return report;
  const compacted = await compactWhenIdle(paths);
  if (!compacted)
    report.notes.push('the data directory is in use: temporal.db was not compacted; run gc when nothing runs');
  const { after } = report;
  if (after === null) return report;
  // The database alone has changed since.
  return { ...report, after: { ...after, histories: diskUsage(paths, after.histories.count).histories } };
}

async function withServer(settings: Config, paths: DataPaths, sweep: Sweep): Promise<SweepReport> {
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: sweep.signal });
  const { client, namespace, address } = session;
  const isOwn = !settings.temporal.external;
  const name = isOwn ? ownServerName : serverName(address, namespace);
  await using shared = await openSweptStore(settings, client, name);
  return await sweepDataDirectory({
    ...sweep,
    paths,
    shared,
    cipher: createCipher(settings.encryption.keys),
    client,
    namespace,
    servers: [serverName(address, namespace), ...(isOwn ? [ownServerName] : [])],
    taskQueue: isOwn ? null : settings.taskQueue,
    nowMs: Date.now(),
    onProgress: note,
  });
}

/** Whoever needs the runtime meanwhile waits for the lock. @returns false where it runs */
async function compactWhenIdle(paths: DataPaths): Promise<boolean> {
  const lock = takeLock(paths.lock);
  if (lock === null) return false;
  try {
    await stopLeftOverServer(paths);
    compactDatabase(paths.database);
    return true;
  } finally {
    lock.release();
  }
}
