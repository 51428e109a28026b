/** Removes files of a data directory that nothing needs any more: traces, replies of ended runs, clones, old logs, leftovers. */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DataPaths } from '../../config/data-paths.ts';
import { journalFileName, journalFiles } from '../../contracts/model/journal-key.ts';
import { unfinishedFile } from '../../lib/fs.ts';
import { traceIdOf } from '../../observability/trace-ids.ts';
import { traceFiles } from '../../observability/trace-sink.ts';
import type { Swept } from '../../retrieval/store/content-sweep.ts';
import { abandonedRegisters } from '../../runtime/host/call-registers.ts';

export type FileSweep = {
  paths: DataPaths;
  /** Run ids; traces of the needed stay. */
  needed: ReadonlySet<string>;
  /** Run ids whose journal entries stay. */
  journals: ReadonlySet<string>;
  /** What was written since stays. */
  cutoffMs: number;
  /** Also what nothing needs stays for this long: it may be needed in a moment. */
  graceMs: number;
  /** Other journal entries are of no use after the grace, unless there are runs that nobody could ask about. */
  journalCutoffMs: number;
  dryRun: boolean;
  pause: () => Promise<void>;
};

const ratingFiles = /^([0-9a-f]{32})\.json$/;

type Rule = {
  folder: string;
  /** Which files it is about. */
  match: RegExp;
  olderThanMs: number;
  /** Those that it is not about after all. */
  keep?: (file: string) => boolean;
};

export async function sweepTraces(sweep: FileSweep): Promise<Swept> {
  const traces = new Set([...sweep.needed].map(traceIdOf));
  const { paths, cutoffMs, graceMs } = sweep;
  return sum([
    await sweepFolder(sweep, {
      folder: paths.traces,
      match: traceFiles,
      olderThanMs: cutoffMs,
      keep: (file) => traces.has(traceFiles.exec(basename(file))?.[1] ?? ''),
    }),
    await sweepFolder(sweep, { folder: paths.traces, match: unfinishedFile, olderThanMs: graceMs }),
    // What people said of an answer goes with its trace.
    await sweepFolder(sweep, {
      folder: paths.ratings,
      match: ratingFiles,
      olderThanMs: cutoffMs,
      keep: (file) => traces.has(ratingFiles.exec(basename(file))?.[1] ?? ''),
    }),
    await sweepFolder(sweep, { folder: paths.ratings, match: unfinishedFile, olderThanMs: graceMs }),
  ]);
}

/** An entry is looked for by its own run, and by forks of it. */
export async function sweepJournal(sweep: FileSweep): Promise<Swept> {
  const { paths, journals, journalCutoffMs, cutoffMs } = sweep;
  const ofNeededRuns = new Set([...journals].map((runId) => join(paths.journal, journalFileName(runId))));
  return sum([
    await sweepFolder(sweep, {
      folder: paths.journal,
      match: journalFiles,
      olderThanMs: journalCutoffMs,
      keep: (file) => ofNeededRuns.has(file),
    }),
    // What benchmarks share has no run.
    await sweepFolder(sweep, { folder: paths.replies, match: journalFiles, olderThanMs: cutoffMs }),
  ]);
}

/** Registers of calls whose workers are gone: their calls have run into their time-outs long since. */
export async function sweepCalls({ paths, graceMs, dryRun, pause }: FileSweep): Promise<Swept> {
  await pause();
  return sum(abandonedRegisters(paths.calls, graceMs, !dryRun).map(({ bytes }) => ({ count: 1, bytes })));
}

export function sweepLogs(sweep: FileSweep): Promise<Swept> {
  return sweepFolder(sweep, { folder: sweep.paths.logs, match: /\.log\.1$/, olderThanMs: sweep.cutoffMs });
}

/** Bundles of workflow code but the newest, and what killed bundlings and downloads have left. */
export async function sweepCache(sweep: FileSweep): Promise<Swept> {
  const { paths, graceMs } = sweep;
  const bundle = /^workflows-[0-9a-f]+\.js$/;
  const bundles = filesIn(paths.cache, bundle).map((file) => ({ file, time: timeOf(file) ?? 0 }));
  const newest = bundles.toSorted((one, other) => other.time - one.time)[0]?.file;
  return sum([
    await sweepFolder(sweep, {
      folder: paths.cache,
      match: bundle,
      olderThanMs: graceMs,
      keep: (file) => file === newest,
    }),
    await sweepFolder(sweep, { folder: paths.cache, match: unfinishedFile, olderThanMs: graceMs }),
    await sweepFolder(sweep, { folder: paths.bin, match: /^(wheel|sdk)-/, olderThanMs: graceMs }),
  ]);
}

/** Results of benchmarks are kept for good; only what a killed write has left goes. */
export async function sweepBenchmarks(sweep: FileSweep): Promise<Swept> {
  const { paths, graceMs: olderThanMs } = sweep;
  const swept = [await sweepFolder(sweep, { folder: paths.benchmarks, match: /^\.new-/, olderThanMs })];
  for (const folder of filesIn(paths.benchmarks, /./)) {
    const histories = join(folder, 'histories');
    swept.push(await sweepFolder(sweep, { folder: histories, match: unfinishedFile, olderThanMs }));
  }
  return sum(swept);
}

/**
 * Clones are only fetched into and read from while a snapshot is opened, which gives them a new time first. One is set
 * aside before its time is looked at again.
 */
export async function sweepClones(sweep: FileSweep): Promise<Swept> {
  const { cutoffMs, dryRun, pause, paths } = sweep;
  const swept: Swept = { count: 0, bytes: 0 };
  // What a killed sweep has set aside comes first.
  for (const found of filesIn(paths.clones, /\.git(\.gone)?$/)
    .toSorted()
    .toReversed()) {
    await pause();
    const clone = found.replace(/\.gone$/, '');
    const aside = `${clone}.gone`;
    if (found === clone && !isOlder(clone, cutoffMs)) continue;
    const bytes = bytesIn(found);
    if (!dryRun && found === clone) renameSync(clone, aside);
    if (!isOlder(dryRun ? found : aside, cutoffMs) && !existsSync(clone)) {
      if (!dryRun) renameSync(aside, clone);
      continue;
    }
    if (!dryRun) rmSync(aside, { recursive: true, force: true });
    swept.count += 1;
    swept.bytes += bytes;
  }
  return swept;
}

async function sweepFolder({ dryRun, pause }: FileSweep, rule: Rule): Promise<Swept> {
  const swept: Swept = { count: 0, bytes: 0 };
  for (const [at, file] of filesIn(rule.folder, rule.match).entries()) {
    if (at % 100 === 0) await pause();
    if (!isOlder(file, rule.olderThanMs) || rule.keep?.(file) === true) continue;
    const bytes = bytesIn(file);
    if (!dryRun) rmSync(file, { recursive: true, force: true });
    swept.count += 1;
    swept.bytes += bytes;
  }
  return swept;
}

function filesIn(folder: string, match: RegExp): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => match.test(name));
  return names.map((name) => join(folder, name));
}

function timeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function isOlder(file: string, thanMs: number): boolean {
  const time = timeOf(file);
  return time !== null && time < thanMs;
}

/** Of a file, or of all files in a folder; what vanishes meanwhile counts nothing. */
export function bytesIn(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((bytes, name) => bytes + bytesIn(join(path, name)), 0);
}

export function sum(parts: readonly Swept[]): Swept {
  return parts.reduce((all, { count, bytes }) => ({ count: all.count + count, bytes: all.bytes + bytes }), {
    count: 0,
    bytes: 0,
  });
}
