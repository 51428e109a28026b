/** The questions that both pipelines answer, as a small benchmark: its records, its traces, its report and its memo. */
import { dirname, join } from 'node:path';
import type { BenchmarkManifest } from '../../contracts/benchmark.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import type { Config } from '../../config/config.ts';
import { defaultWasteShare } from '../../harness/labels.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { benchmarkFolder, datasetOf } from '../../application/benchmarks/benchmark-folders.ts';
import { createBenchmark } from '../benchmark/benchmark-folder.ts';
import { writeBenchmarkReport } from '../benchmark/benchmark-report.ts';
import { followBenchmark } from '../benchmark/follow-benchmark.ts';
import type { PlannedBenchmark } from '../benchmark/plan-benchmark.ts';
import { startBenchmark } from '../benchmark/start-benchmark.ts';
import { gradedCases } from '../evaluate/graded-log.ts';
import { exitCodes } from '../exit-codes.ts';
import type { SpendingLimit } from '../../contracts/benchmark.ts';
import { type Compared, comparedRuns } from '../../application/runs/compared-runs.ts';
import { type LoadedRun, runOfFile } from '../../application/runs/load-run.ts';
import type { Session } from '../../application/session/session.ts';
import type { Interrupt } from '../terminal/interrupt.ts';

export type AskedOfBoth = {
  id: string;
  question: string;
  expectedRoute: string;
  /** The baseline's, then the candidate's. */
  sides: { record: RunLogRecord; right: boolean | null; label: string; run: LoadedRun }[];
  /** By stage; what orchestration adds is its last row. */
  compared: Compared[];
};

export type BothPipelines = { asked: AskedOfBoth[]; report: string; memo: string };

/** Null: Ctrl-C came first. @throws CommandFailure where it ended before its last question */
export async function askBoth(
  session: Session,
  { manifest, chosen }: PlannedBenchmark,
  settings: Config,
  options: { interrupt: Interrupt; concurrency: number; limit: SpendingLimit | null },
): Promise<BothPipelines | null> {
  const { interrupt, concurrency, limit } = options;
  const folder = await createBenchmark(settings, manifest, chosen.text);
  const handle = await startBenchmark(session, manifest.id, { concurrency, limit }, settings);
  const about = { id: manifest.id, folder, offline: manifest.offline };
  const code = await followBenchmark(session, handle, about, { interrupt, json: false, report: false, graders: {} });
  if (code === exitCodes.interrupted) return null;
  if (code !== exitCodes.worked) throw new CommandFailure(`${manifest.id} ended before its last question`);
  const written = await writeBenchmarkReport(folder);
  return { asked: await askedOf(benchmarkFolder(settings.dataDirectory, manifest.id), manifest), ...written };
}

async function askedOf(folder: string, { variants }: BenchmarkManifest): Promise<AskedOfBoth[]> {
  const log = runLogExportFile(folder);
  const names = variants.slice(0, 2).map(({ name }) => name);
  const byQuestion = new Map<string, AskedOfBoth>();
  const options = { dataset: datasetOf(folder), wasteShare: defaultWasteShare };
  for await (const { record, question, graded } of gradedCases(log, options)) {
    const at = names.indexOf(record.variant);
    const { history } = record.links;
    if (at < 0 || history === null) continue;
    const { id, question: text, expected_route: expectedRoute } = question;
    const asked = byQuestion.get(id) ?? { id, question: text, expectedRoute, sides: [], compared: [] };
    byQuestion.set(id, asked);
    const run = await runOfFile(join(dirname(log), history));
    asked.sides[at] = { record, right: graded.correct, label: graded.label, run };
  }
  return [...byQuestion.values()].flatMap((asked) => {
    const [a, b] = asked.sides;
    return a === undefined || b === undefined ? [] : [{ ...asked, compared: comparedRuns(a.run, b.run) }];
  });
}
