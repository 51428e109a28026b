/**
 * Loaded into a worker and each of its threads by `--import`: profiles CPU and allocations between two marks, which are
 * files of PROFILE_FOLDER, so that start-up does not count. Every thread looks for them, since signals reach one alone.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { threadId } from 'node:worker_threads';

export const probeMarks = { begin: 'begin', end: 'end' };

/** What a thread leaves, as `PID-THREAD.json`. */
export type ThreadProfile = { cpu: unknown; allocations: unknown; gcMs: number };

const folder = process.env.PROFILE_FOLDER;
const everyMs = 100;
/** Bytes between two samples of allocations. */
const samplingInterval = 16_384;

if (folder !== undefined) watch(folder);

function watch(folder: string): void {
  const session = new Session();
  session.connect();
  let isProfiling = false;
  let gcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration;
  });
  const timer = setInterval(() => {
    if (!isProfiling && existsSync(join(folder, probeMarks.begin))) {
      isProfiling = true;
      observer.observe({ entryTypes: ['gc'] });
      begin(session);
    } else if (isProfiling && existsSync(join(folder, probeMarks.end))) {
      clearInterval(timer);
      end(session, (profile) => {
        writeFileSync(join(folder, `${process.pid}-${threadId}.json`), JSON.stringify({ ...profile, gcMs }));
      });
    }
  }, everyMs);
  timer.unref();
}

function begin(session: Session): void {
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 500 });
  session.post('Profiler.start');
  // With what was collected meanwhile: all that was allocated, not what is left.
  const all = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
  session.post('HeapProfiler.startSampling', { samplingInterval, ...all });
}

function end(session: Session, done: (profile: Omit<ThreadProfile, 'gcMs'>) => void): void {
  session.post('Profiler.stop', (_error, cpu) => {
    session.post('HeapProfiler.stopSampling', (_problem, allocations) => {
      done({ cpu: cpu?.profile ?? null, allocations: allocations?.profile ?? null });
      session.disconnect();
    });
  });
}
