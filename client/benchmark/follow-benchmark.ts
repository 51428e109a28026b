/** Follows a benchmark that runs, prints how it ended and writes its report. */
import type { WorkflowHandle } from '@temporalio/client';
import type { BenchmarkEnding, BenchmarkProgress } from '../../contracts/benchmark.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { defaultWasteShare } from '../../harness/labels.ts';
import { gradeWithOwn, type OwnGraders } from '../evaluate/own-graders.ts';
import { datasetOf } from '../../application/benchmarks/benchmark-folders.ts';
import { endingText, progressLine, shownProgress } from './benchmark-text.ts';
import { exitCodes } from '../exit-codes.ts';
import { exportRunLog } from './export-run-log.ts';
import type { Interrupt } from '../terminal/interrupt.ts';
import { columnsOf, note, print, printJson } from '../terminal/output.ts';
import type { Session } from '../../application/session/session.ts';
import { watchBenchmark } from './watch-benchmark.ts';
import { UsageError } from '../../lib/errors.ts';
import { cutToWidth } from '../../lib/terminal-width.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type FollowOptions = { interrupt: Interrupt; json: boolean; report: boolean; graders: OwnGraders };
export type Followed = { id: string; folder: string; offline: boolean };

/** @returns the exit code: a benchmark that ended before its last question is a failure to scripts */
export async function followBenchmark(
  session: Session,
  handle: WorkflowHandle,
  about: Followed,
  { interrupt, json, report, graders }: FollowOptions,
): Promise<number> {
  const ending = await watch(session, handle, interrupt);
  if (ending === null) {
    if (json) printJson({ ...about, ending: null, interrupted: true } satisfies Printed<'bench run'>);
    note(`left ${about.id} as it stands, nothing is lost: "switchyard bench resume ${about.id}" goes on`);
    return exitCodes.interrupted;
  }
  const log = runLogExportFile(about.folder);
  exportRunLog(log);
  const grading = { dataset: datasetOf(about.folder), wasteShare: defaultWasteShare };
  const failed = ending.progress.done === 0 ? 0 : await gradeWithOwn(log, grading, graders);
  const written = !report || ending.progress.done === 0 ? null : await writeReport(about.folder);
  if (json)
    printJson(
      { ...about, ending: ending.kind, ...shownProgress(ending.progress), ...written } satisfies Printed<'bench run'>,
      { 'tally.variants': 'map' },
    );
  else {
    if (about.offline) note("answers of the offline model: they show the machinery, not a language model's quality");
    const say = report ? print : note;
    say(endingText(about.id, ending));
    say(`  run log: ${log}`);
    if (written !== null) print(`  report: ${written.report}\n  memo: ${written.memo}`);
  }
  return ending.kind === 'finished' && failed === 0 ? exitCodes.worked : exitCodes.failed;
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

// Shows how a benchmark gets on: one line that is written over on a terminal, a line now and then elsewhere.

type BenchmarkView = Disposable & { update(progress: BenchmarkProgress): void };

/** Between two lines where nothing can be written over. */
const plainEveryMs = 10_000;

function openBenchmarkView(stream: NodeJS.WriteStream = process.stderr): BenchmarkView {
  return stream.isTTY && process.env.TERM !== 'dumb' ? liveView(stream) : plainView();
}

function liveView(stream: NodeJS.WriteStream): BenchmarkView {
  let drawn = false;
  return {
    update: (progress) => {
      stream.write(`\r\u001b[K${cutToWidth(progressLine(progress), columnsOf(stream) - 1)}`);
      drawn = true;
    },
    [Symbol.dispose]: () => {
      if (drawn) stream.write('\n');
    },
  };
}

function plainView(): BenchmarkView {
  let [lastMs, lastLine] = [Number.NEGATIVE_INFINITY, ''];
  return {
    update: (progress) => {
      const line = progressLine(progress);
      if (performance.now() - lastMs < plainEveryMs || line === lastLine) return;
      [lastMs, lastLine] = [performance.now(), line];
      note(line);
    },
    [Symbol.dispose]: () => {},
  };
}
