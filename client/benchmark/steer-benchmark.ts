/** Shows benchmarks, pauses or cancels one, writes a report anew. */
import type { Config } from '../../config/config.ts';
import { BenchmarkEnding } from '../../contracts/benchmark.ts';
import { signals } from '../../contracts/names.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { benchmarkFolder, benchmarkIds, readManifest } from '../../application/benchmarks/benchmark-folders.ts';
import { progressLine, shownProgress } from './benchmark-text.ts';
import { exitCodes } from '../exit-codes.ts';
import { exportRunLog } from './export-run-log.ts';
import { findBenchmark, openBenchmark } from './find-benchmark.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { benchmarkEnding, benchmarkProgress } from './watch-benchmark.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

/** Without an id: every benchmark of the data directory, one line each. */
export async function showBenchmarks(id: string | undefined, json: boolean): Promise<number> {
  const { dataDirectory } = readSettings();
  if (id !== undefined) await readManifest(dataDirectory, id);
  const ids = id === undefined ? await benchmarkIds(dataDirectory) : [id];
  if (ids.length === 0) note('there are no benchmarks yet: switchyard bench run');
  if (ids.length === 0) return exitCodes.worked;
  return withSession('worker', async (session) => {
    for (const each of ids) {
      const shown = { id: each, folder: benchmarkFolder(dataDirectory, each), ...(await stateOf(session, each)) };
      const progress = shown.progress === null ? null : shownProgress(shown.progress);
      if (json)
        printJson({ ...shown, progress } satisfies Printed<'bench status'>, { 'progress.tally.variants': 'map' });
      else
        print(
          `${printableLine(each)}: ${shown.status}${shown.progress === null ? '' : `, ${progressLine(shown.progress)}`}`,
        );
    }
    return exitCodes.worked;
  });
}

export async function pauseBenchmark(id: string, json: boolean): Promise<number> {
  const { dataDirectory } = await settingsFor(id);
  return withSession('server', async (session) => {
    const { handle } = await openBenchmark(session, id, dataDirectory);
    await handle.signal(signals.pause);
    if (json) printJson({ id, requested: true } satisfies Printed<'bench pause'>);
    else print(`${id} pauses: what runs is finished, nothing new is asked; "switchyard bench resume ${id}" goes on`);
    return exitCodes.worked;
  });
}

/** Its runs are cancelled with it and have no record. */
export async function cancelBenchmark(id: string, json: boolean): Promise<number> {
  const { dataDirectory } = await settingsFor(id);
  return withSession('worker', async (session) => {
    const { handle } = await openBenchmark(session, id, dataDirectory);
    await handle.cancel();
    const { kind, progress } = await benchmarkEnding(handle);
    exportRunLog(runLogExportFile(benchmarkFolder(dataDirectory, id)));
    if (json)
      printJson({ id, ending: kind, ...shownProgress(progress) } satisfies Printed<'bench cancel'>, {
        'tally.variants': 'map',
      });
    else print(`${id} has ended (${kind}): ${progress.done} of ${progress.total} runs are recorded`);
    return exitCodes.worked;
  });
}

/**
 * A server of this data directory runs only the benchmarks that have a folder here: another id needs no server.
 * @throws UsageError where there is no benchmark of that id
 */
async function settingsFor(id: string): Promise<Config> {
  const settings = readSettings();
  if (!settings.temporal.external) await readManifest(settings.dataDirectory, id);
  return settings;
}

export async function reportBenchmark(id: string, json: boolean): Promise<number> {
  const { dataDirectory } = readSettings();
  await readManifest(dataDirectory, id);
  const { writeBenchmarkReport } = await import('./benchmark-report.ts');
  const written = await writeBenchmarkReport(benchmarkFolder(dataDirectory, id));
  if (json) printJson({ id, ...written } satisfies Printed<'bench report'>);
  else print(`report: ${written.report}\nmemo: ${written.memo}`);
  return exitCodes.worked;
}

async function stateOf(session: Session, id: string) {
  const found = await findBenchmark(session, id);
  if (found === null) return { status: 'not started', progress: null, webUrl: null };
  const webUrl = session.urlOf(id, found.runId);
  if (!found.closed) return { status: 'open', progress: await benchmarkProgress(session, found.handle), webUrl };
  if (found.status !== 'completed') return { status: found.status, progress: null, webUrl };
  const { kind, progress } = BenchmarkEnding.parse(await found.handle.result());
  return { status: kind, progress, webUrl };
}

async function withSession(need: 'server' | 'worker', work: (session: Session) => Promise<number>): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need, onProgress: note, signal: interrupt.signal });
  return await work(session);
}
