/** Follows a benchmark that runs, prints how it ended and writes its report. */
import type { WorkflowHandle } from '@temporalio/client';
import type { BenchmarkEnding } from '../../contracts/benchmark.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { endingText } from './benchmark-text.ts';
import { openBenchmarkView } from './benchmark-view.ts';
import { exitCodes } from '../exit-codes.ts';
import { exportRunLog } from './export-run-log.ts';
import type { Interrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import type { Session } from '../session.ts';
import { watchBenchmark } from './watch-benchmark.ts';
import { UsageError } from '../../lib/errors.ts';

export type Followed = { id: string; folder: string; offline: boolean };

/** @returns the exit code: a benchmark that ended before its last question is a failure to scripts */
export async function followBenchmark(
  session: Session,
  handle: WorkflowHandle,
  about: Followed,
  { interrupt, json, report }: { interrupt: Interrupt; json: boolean; report: boolean },
): Promise<number> {
  const ending = await watch(session, handle, interrupt);
  if (ending === null) {
    if (json) printJson({ ...about, ending: null, interrupted: true });
    note(`left ${about.id} as it stands, nothing is lost: "switchyard bench resume ${about.id}" goes on`);
    return exitCodes.interrupted;
  }
  const log = runLogExportFile(about.folder);
  exportRunLog(log);
  const written = !report || ending.progress.done === 0 ? null : await writeReport(about.folder);
  if (json) printJson({ ...about, ending: ending.kind, ...ending.progress, ...written }, { 'tally.arms': 'map' });
  else {
    if (about.offline) note("answers of the offline model: they show the machinery, not a language model's quality");
    const say = report ? print : note;
    say(endingText(about.id, ending));
    say(`  run log: ${log}`);
    if (written !== null) print(`  report: ${written.report}\n  memo: ${written.memo}`);
  }
  return ending.kind === 'finished' ? exitCodes.worked : exitCodes.failed;
}

async function watch(session: Session, handle: WorkflowHandle, { signal }: Interrupt): Promise<BenchmarkEnding | null> {
  using view = openBenchmarkView();
  return await watchBenchmark(session, handle, { signal, onProgress: view.update });
}

// Writes a finished benchmark's report and memo; one that cannot be reported on is said so on stderr, and is no failure of the run.

type WrittenReport = { report: string; memo: string };

/** @returns null where there is nothing to compare */
async function writeReport(folder: string): Promise<WrittenReport | null> {
  // Loaded late: a report needs charts, and no other command does.
  const { writeBenchmarkReport } = await import('./benchmark-report.ts');
  try {
    return await writeBenchmarkReport(folder);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(`no report: ${error.message}`);
    return null;
  }
}
