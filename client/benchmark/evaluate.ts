/**
 * A benchmark from code: asks every question of every pipeline as a durable workflow, grades what was recorded with the
 * graders that ship and with your own, and compares the pipelines (examples/benchmark-from-code).
 *
 * 1. Under a name, what is recorded is not asked again: after a crash the same call goes on.
 * 2. Graders see records and never runs: another grader needs no new run.
 * 3. A name belongs to its questions, pipelines and trials; others under the same name are refused.
 */
import type { z } from 'zod';
import type { Config } from '../../config/config.ts';
import {
  type BenchmarkEnding,
  BenchmarkManifest,
  type BenchmarkProgress,
  type SpendingLimit,
} from '../../contracts/benchmark.ts';
import { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { signals } from '../../contracts/names.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { type Comparison, compareVariants } from '../../harness/comparison/compare-variants.ts';
import type { GradedCase } from '../../harness/graded-record.ts';
import { type OwnGrader, type OwnScores, ownScores, scoredTrial } from '../../harness/graders/own-graders.ts';
import { defaultWasteShare } from '../../harness/labels.ts';
import { type ScoredRecord, withScores } from '../../harness/run-log/own-scores.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { toGradedTrial } from '../../harness/to-graded-trial.ts';
import { UsageError } from '../../lib/errors.ts';
import { newRunId } from '../../application/runs/start-run.ts';
import { gradedCases } from '../evaluate/graded-log.ts';
import { storeScores } from '../evaluate/stored-scores.ts';
import { asUsage } from '../input/json-lines-file.ts';
import { chosenIdRule, isChosenId } from '../input/option-values.ts';
import { readSettings } from '../../application/read-settings.ts';
import { checkedPipeline, loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { variantsOf } from './benchmark-variants.ts';
import { benchmarkFolder, datasetOf } from '../../application/benchmarks/benchmark-folders.ts';
import { benchmarkRecords, createBenchmark, manifestBeside } from './benchmark-folder.ts';
import { type BenchmarkQuestions, benchmarkQuestions, givenQuestions } from './benchmark-questions.ts';
import { findBenchmark } from './find-benchmark.ts';
import { startBenchmark } from './start-benchmark.ts';
import { watchBenchmark } from './watch-benchmark.ts';
import { expectBenchmarkPrices } from '../../application/pipelines/priced-models.ts';

/** What a benchmark from code asks, by which pipelines, and how it is graded. */
export type EvaluateOptions<Grader extends string> = {
  /** Questions with their ground truth, or the path of a dataset; folders are relative to the working directory. */
  data: string | readonly z.input<typeof DatasetQuestion>[];
  /** Shipped names, files or specs; the first is the baseline. */
  pipelines: readonly (string | z.input<typeof PipelineSpec>)[];
  graders?: Readonly<Record<Grader, OwnGrader>>;
  /** The grader of yours that says what is right; unless given, the rule that ships. */
  decidedBy?: NoInfer<Grader>;
  /** Unless given, each call is a benchmark of its own. */
  name?: string;
  trials?: number;
  /** Questions at a time. */
  concurrency?: number;
  /** Where it stops asking: a new call under the same name with a higher limit goes on. */
  limit?: SpendingLimit;
  onProgress?: (progress: BenchmarkProgress) => void;
  /** Leaves the benchmark as it stands; a new call under the same name goes on. */
  signal?: AbortSignal;
};

/** What a benchmark from code has come to. */
export type Evaluation<Grader extends string> = {
  /** `bench status`, `bench report` and `bench resume` take it. */
  name: string;
  folder: string;
  /** `recorded`: all was recorded before this call. */
  ending: BenchmarkEnding['kind'] | 'recorded';
  /** In the order of the run log. `graded` is by the graders that ship; `scores` is by yours, and is kept beside the log. */
  records: (GradedCase & { scores: OwnScores<Grader> })[];
  /** Each other pipeline against the baseline; none where a pipeline has no records. */
  comparisons: Comparison[];
};

/**
 * Runs the benchmark with the settings of the environment, on the data directory's runtime or the server that they name.
 * @throws UsageError for what cannot be run as given; CommandFailure when it breaks off; the signal's reason
 */
export async function evaluate<Grader extends string = never>(
  options: EvaluateOptions<Grader>,
): Promise<Evaluation<Grader>> {
  const { graders = {} as Readonly<Record<Grader, OwnGrader>>, decidedBy } = options;
  if (decidedBy !== undefined && !Object.hasOwn(graders, decidedBy))
    throw new UsageError(`decidedBy names "${decidedBy}", which is none of the graders given`);
  const settings = readSettings();
  const { manifest, folder } = await openFolder(options, settings);
  const ending = await run(manifest, folder, options, settings);
  const log = { dataset: datasetOf(folder), wasteShare: defaultWasteShare };
  const records: Evaluation<Grader>['records'] = [];
  const scored: ScoredRecord[] = [];
  for await (const each of gradedCases(runLogExportFile(folder), log)) {
    const given = await ownScores(each, graders);
    scored.push({ record: each.record, scores: given });
    const scores = Object.fromEntries(given.map(({ grader, score }) => [grader, score])) as OwnScores<Grader>;
    records.push({ ...each, graded: withScores(each.graded, given), scores });
  }
  await storeScores(runLogExportFile(folder), scored);
  return { name: manifest.id, folder, ending, records, comparisons: compared(manifest, records, decidedBy) };
}

type Planned = Omit<BenchmarkManifest, 'id' | 'startedAt'>;
type Options = Omit<EvaluateOptions<string>, 'graders' | 'decidedBy'>;

/** The folder of that name where there is one and it is for the same; else a new one. */
async function openFolder(
  options: Options,
  settings: Config,
): Promise<{ manifest: BenchmarkManifest; folder: string }> {
  const chosen = await questionsOf(options.data);
  const planned = await plan(options, chosen, settings);
  const id = options.name ?? newRunId('bench');
  if (!isChosenId(id)) throw new UsageError(`name ${chosenIdRule}, not ${JSON.stringify(id)}`);
  const folder = benchmarkFolder(settings.dataDirectory, id);
  const earlier = await manifestBeside(runLogExportFile(folder));
  if (earlier !== null) {
    refuseOther(earlier, planned);
    return { manifest: earlier, folder };
  }
  const manifest = BenchmarkManifest.parse({ ...planned, id, startedAt: new Date().toISOString() });
  await createBenchmark(settings, manifest, chosen.text);
  return { manifest, folder };
}

function questionsOf(data: Options['data']): Promise<BenchmarkQuestions> {
  return typeof data === 'string' ? benchmarkQuestions({ dataset: data }) : givenQuestions(data);
}

async function plan(options: Options, chosen: BenchmarkQuestions, settings: Config): Promise<Planned> {
  const { pipelines, trials = 1, limit = null } = options;
  const specs = await Promise.all(
    pipelines.map((each) => (typeof each === 'string' ? loadPipeline(each) : checkedPipeline(each))),
  );
  const variants = variantsOf(specs, { baseline: specs[0]?.name, leaveOneOut: false });
  await expectBenchmarkPrices(variants, limit, settings.model);
  const { offline } = settings.model;
  const questions = chosen.questions.length;
  return { dataset: chosen.name, questions, trials, variants, plan: ComparisonPlan.parse({}), offline };
}

/** @throws UsageError */
function refuseOther(earlier: BenchmarkManifest, planned: Planned): void {
  const variantsOfIt = ({ variants }: Planned) => variants.map(({ name, specHash }) => `${name} ${specHash}`).join();
  const differs = [
    earlier.dataset !== planned.dataset && 'questions',
    variantsOfIt(earlier) !== variantsOfIt(planned) && 'pipelines',
    earlier.trials !== planned.trials && 'trials',
    earlier.offline !== planned.offline && 'models',
  ].filter((what) => what !== false);
  if (differs.length === 0) return;
  throw new UsageError(`there is a benchmark ${earlier.id} with other ${differs.join(', ')}: give another name`);
}

async function run(
  { id, questions, trials, variants }: BenchmarkManifest,
  folder: string,
  options: Options,
  settings: Config,
): Promise<Evaluation<never>['ending']> {
  const { signal = new AbortController().signal, onProgress = () => {}, concurrency = 3, limit = null } = options;
  signal.throwIfAborted();
  if ((await benchmarkRecords(folder)).length === questions * trials * variants.length) return 'recorded';
  await using session = await openSession({ settings, need: 'worker', onProgress: () => {}, signal });
  const handle = await goOn(session, id, { concurrency, limit }, settings);
  const ending = await watchBenchmark(session, handle, { signal, onProgress });
  if (ending === null) throw signal.reason;
  return ending.kind;
}

/** One that is open goes on, its waiting runs try their provider again; any other is started. */
async function goOn(session: Session, id: string, pace: Parameters<typeof startBenchmark>[2], settings: Config) {
  const found = await findBenchmark(session, id);
  if (found === null || found.closed) return startBenchmark(session, id, pace, settings);
  await found.handle.signal(signals.resume);
  return found.handle;
}

function compared<Grader extends string>(
  { variants, plan: planned, dataset }: BenchmarkManifest,
  records: Evaluation<Grader>['records'],
  decidedBy: Grader | undefined,
): Comparison[] {
  const logs = variants.map(({ name, pipeline }) => ({
    spec: pipeline,
    trials: records
      .filter(({ record }) => record.variant === name)
      .map((each) =>
        decidedBy === undefined
          ? toGradedTrial(each.record, each.graded, dataset)
          : scoredTrial(each, dataset, each.scores[decidedBy]),
      ),
  }));
  const [baseline, ...candidates] = logs;
  if (baseline === undefined || logs.some(({ trials }) => trials.length === 0)) return [];
  return candidates.map((candidate) => asUsage(() => compareVariants(baseline, candidate, planned)));
}
