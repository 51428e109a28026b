/** The course's checkpoint by one command: routing, its agreement with labels, both pipelines side by side, the memo. */
import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import type { SpendingLimit } from '../../contracts/benchmark.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { newRunId } from '../../application/runs/start-run.ts';
import { benchmarkQuestions, shippedDataset } from '../benchmark/benchmark-questions.ts';
import { agreed, type PlannedBenchmark, planBenchmark } from '../benchmark/plan-benchmark.ts';
import { exitCodes } from '../exit-codes.ts';
import { clearBytes } from '../../application/clear-content.ts';
import { readSettings } from '../../application/read-settings.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { unlessLost } from '../../application/session/runtime-loss.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { type Interrupt, listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { askBoth, type BothPipelines } from './both-pipelines.ts';
import { agreementText, bothText, memoText, placeholdersText } from './exercise-text.ts';
import { type PlaceholderRun, placeholderPipeline, runPlaceholders } from './placeholders.ts';
import { configuredAgreement, fittedAgreement, type RouterFigure, verdictOf, wantedShare } from './router-agreement.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type ExerciseOptions = {
  dataset?: string;
  questions: number;
  limit?: SpendingLimit;
  name?: string;
  yes: boolean;
  json: boolean;
};

const team = 'orchestrated';
const concurrency = 2;

/** @returns the exit code; @throws UsageError for a dataset that cannot be used */
export async function runExercise(options: ExerciseOptions): Promise<number> {
  const settings = readSettings();
  const file = options.dataset ?? shippedDataset;
  const labelled = await benchmarkQuestions({ dataset: file });
  const name = options.name ?? newRunId('exercise');
  // Times are what it is there to show: no reply is used again.
  const planned = await planBenchmark(
    { ...options, name, trials: 1, concurrency, leaveOneOut: false, cache: false },
    settings,
  );
  if (!(await agreed(planned, options))) return exitCodes.worked;
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  await using session = await openSession({ settings, need: 'worker', onProgress: note, signal });
  const { limit = null } = options;
  const stage = { session, settings, planned, file, labelled: labelled.questions, interrupt, limit };
  const done = await unlessLost(session, allStages(stage, options.json ? () => {} : print));
  if (done === null) return exitCodes.interrupted;
  if (options.json) printExercise(done);
  return exitCodes.worked;
}

type Stage = {
  session: Session;
  settings: Config;
  planned: PlannedBenchmark;
  /** All questions with a label are in it. */
  file: string;
  labelled: readonly DatasetQuestion[];
  interrupt: Interrupt;
  limit: SpendingLimit | null;
};

type Done = { placeholders: PlaceholderRun[]; figures: RouterFigure[]; both: BothPipelines; memo: string };

/** Each part is shown when it is there. @returns null where Ctrl-C came first */
async function allStages(
  { session, settings, planned, file, labelled, interrupt, limit }: Stage,
  show: (text: string) => void,
): Promise<Done | null> {
  const { signal } = interrupt;
  const pipeline = await loadPipeline(team);
  const { questions, folder } = planned.chosen;
  note('asking placeholder specialists');
  const asked = { questions: onePerRoute(questions), folder, pipeline: placeholderPipeline(pipeline), settings };
  const placeholders = await runPlaceholders(session, asked, signal);
  if (signal.aborted) return null;
  show(`${placeholdersText(placeholders)}\n`);

  note(`routing ${labelled.length} questions with labels`);
  const onRouted = (count: number) => void (count % 20 === 0 && note(`routed ${count} of ${labelled.length}`));
  const own = await configuredAgreement(session, { pipeline, questions: labelled, settings }, { signal, onRouted });
  const figures = [...(own === null ? [] : [own]), ...(await fittedAgreement(file, settings))];
  if (signal.aborted) return null;
  show(`${agreementText(figures)}\n`);

  note(`asking ${questions.length} questions of both pipelines`);
  const both = await askBoth(session, planned, settings, { interrupt, concurrency, limit });
  if (both === null) return null;
  const memo = clearBytes(await readFile(both.memo)).toString();
  show(`${bothText(both)}\n`);
  show(memoText(memo, both));
  return { placeholders, figures, both, memo };
}

/** The first question of each expected route. */
function onePerRoute(questions: readonly DatasetQuestion[]): DatasetQuestion[] {
  const byRoute = Map.groupBy(questions, ({ expected_route }) => expected_route);
  return [...byRoute.values()].flatMap(([first]) => first ?? []);
}

function printExercise({ placeholders, figures, both, memo }: Done): void {
  const shown = {
    placeholders: placeholders.map(({ question, run, route, selected, probabilities }) => {
      const { id, expected_route: expectedRoute } = question;
      return { id, expectedRoute, route, selected, probabilities, workflowId: run.trace.workflowId };
    }),
    wantedAgreement: wantedShare,
    routers: figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })),
    questions: both.asked.map(({ id, question, expectedRoute, sides, compared }) => {
      const answers = sides.map(({ record, right, label }) => {
        const { variant, workflow_id: workflowId, links, route } = record;
        return { variant, right, label, route, workflowId, history: links.history };
      });
      return { id, question, expectedRoute, answers, compared };
    }),
    report: both.report,
    memoFile: both.memo,
    memo,
  };
  printJson(shown satisfies Printed<'exercise'>, { 'placeholders.probabilities': 'map' });
}
