/** Runs a benchmark from its preview to its report, or takes one up again. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import type { BenchmarkManifest, SpendingLimit } from '../../contracts/benchmark.ts';
import { signals } from '../../contracts/names.ts';
import { benchmarkFolder, readManifest } from '../../application/benchmarks/benchmark-folders.ts';
import { createBenchmark } from './benchmark-folder.ts';
import { limitText } from './benchmark-text.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { loadGraders, type OwnGraders } from '../evaluate/own-graders.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { findBenchmark } from './find-benchmark.ts';
import { followBenchmark } from './follow-benchmark.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note } from '../terminal/output.ts';
import { agreed, planBenchmark, type PlannedBenchmark, type PlanOptions } from './plan-benchmark.ts';
import { readSettings } from '../../application/read-settings.ts';
import { isListening } from '../../runtime/client/runtime-connection.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { startBenchmark } from './start-benchmark.ts';
import { benchmarkEnding } from './watch-benchmark.ts';

export type RunOptions = PlanOptions & { yes: boolean; json: boolean; faults?: string; grader?: string[] };
export type ResumeOptions = {
  concurrency: number;
  limit?: SpendingLimit;
  yes: boolean;
  json: boolean;
  /** False: no report is written at the end. */
  report?: boolean;
};

/** @returns the exit code */
export async function runBenchmark(options: RunOptions): Promise<number> {
  // The runtime that this command starts has the settings of its environment.
  if (options.faults !== undefined) process.env.SWITCHYARD_OFFLINE_FAULTS = options.faults;
  const settings = readSettings();
  if (options.faults !== undefined) await expectFaults(settings);
  const graders = await loadGraders(options.grader ?? []);
  const planned = await planBenchmark(options, settings);
  return runPlanned({ ...planned, text: planned.chosen.text, graders }, options, settings);
}

type Planned = Pick<PlannedBenchmark, 'manifest' | 'estimate' | 'remarks'> & {
  text: string;
  graders?: OwnGraders;
};

/** @param planned with the questions as JSON lines; @returns the exit code */
export async function runPlanned(
  planned: Planned,
  options: Pick<RunOptions, 'concurrency' | 'limit' | 'yes' | 'json'>,
  settings: Config,
): Promise<number> {
  if (!(await agreed(planned, options))) return exitCodes.worked;
  const { manifest, text, graders = {} } = planned;
  await createBenchmark(settings, manifest, text);
  const { concurrency, limit = null } = options;
  return withSession(manifest, { json: options.json, report: true, graders }, settings, (session) =>
    startBenchmark(session, manifest.id, { concurrency, limit }, settings),
  );
}

/** @throws UsageError where the model that will answer is none that can be made to fail */
async function expectFaults({ model, temporal, dataDirectory }: Config): Promise<void> {
  if (!model.offline)
    throw new UsageError('--faults makes the offline model fail, and the settings name another: unset OPENAI_*');
  if (temporal.external)
    throw new UsageError('--faults is for the runtime of this command: set SWITCHYARD_OFFLINE_FAULTS for the worker');
  if (await isListening(dataPaths(dataDirectory).socket))
    throw new UsageError('--faults is for a runtime of its own, and one is running: end "switchyard up" first');
}

/** One that is open goes on, its waiting runs try their provider again; one that has ended asks what has no record yet. */
export async function resumeBenchmark(id: string, options: ResumeOptions): Promise<number> {
  const settings = readSettings();
  const manifest = await readManifest(settings.dataDirectory, id);
  const { concurrency, limit = null, json, report = true } = options;
  return withSession(manifest, { json, report }, settings, async (session) => {
    const found = await findBenchmark(session, id);
    if (found?.status === 'completed') {
      // Nothing is left to ask, and how long it took stands with its own end.
      if ((await benchmarkEnding(found.handle)).kind === 'finished') return found.handle;
      if (limit === null && !options.yes) await refuseWithoutLimit(found.handle);
    }
    if (found === null || found.closed) return startBenchmark(session, id, { concurrency, limit }, settings);
    await found.handle.signal(signals.resume);
    return found.handle;
  });
}

/** @throws UsageError where the limit ended it: nobody has said that it may cost more */
async function refuseWithoutLimit(handle: WorkflowHandle): Promise<void> {
  const { kind, progress } = await benchmarkEnding(handle);
  if (kind !== 'limit-reached') return;
  const { limit } = progress;
  throw new UsageError(
    `${handle.workflowId} has ended at its limit of ${limitText(limit)}: give a higher --limit (what is spent counts), or --yes for none`,
  );
}

async function withSession(
  manifest: BenchmarkManifest,
  { json, report, graders = {} }: { json: boolean; report: boolean; graders?: OwnGraders },
  settings: Config,
  start: (session: Session) => Promise<WorkflowHandle>,
): Promise<number> {
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using session = await openSession({ settings, need: 'worker', onProgress: note, signal });
  const handle = await start(session);
  const { id, offline } = manifest;
  const about = { id, folder: benchmarkFolder(settings.dataDirectory, id), offline };
  return await followBenchmark(session, handle, about, { interrupt, json, report, graders });
}
