/** `switchyard judge calibrate`: asks judges about answers that people have labelled, three times each, and keeps what comes of it. */
import type { DatasetQuestion, JudgingResult, JudgingTask } from '../../contracts/dataset.ts';
import { calibrationOf, JudgeLabel } from '../../harness/judges/calibration.ts';
import { calibrationText } from '../../harness/rendering/calibration-text.ts';
import { UsageError } from '../../lib/errors.ts';
import { printable } from '../../lib/printable.ts';
import { exitCodes } from '../exit-codes.ts';
import { readJsonLines } from '../input/json-lines-file.ts';
import { readSettings } from '../../application/read-settings.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { askJudges, expectJudge, tellFailures } from './ask-judges.ts';
import { datasetOf } from './graded-log.ts';
import { keepCalibration } from './judge-calibrations.ts';
import { readQuestions, readRunLog } from './read-run-log.ts';
import { variantReference } from './variant-log.ts';

export type CalibrateOptions = {
  labels: string;
  log?: string;
  dataset?: string;
  judge?: string[];
  seed: number;
  json: boolean;
};

type Labelled = { question: DatasetQuestion; answer: string; label: boolean };

/** @returns 1 where a judge has judged nothing */
export async function calibrateJudges(options: CalibrateOptions): Promise<number> {
  const settings = readSettings();
  expectJudge(settings);
  const labelled = await labelledAnswers(options);
  const names = [...new Set(options.judge ?? [settings.model.judge])];
  const tasks = names.flatMap((judge) =>
    labelled.flatMap((each, at) => asked.map((how) => taskOf(each, { judge, at, how, seed: options.seed }))),
  );
  const results = await askJudges(tasks);
  const of = (judge: string, at: number, how: Asked) => results.get(idOf({ judge, at, how }))?.[0];
  const silent = tellFailures(
    new Map(names.map((judge) => [judge, labelled.flatMap((_, at) => of(judge, at, 'first') ?? [])])),
  );
  for (const judge of names) {
    const verdicts = labelled.map(({ label, question }, at) => ({
      label,
      first: of(judge, at, 'first')?.correct ?? null,
      again: of(judge, at, 'again')?.correct ?? null,
      // With one criterion there is no order.
      reversed: question.kind === 'unanswerable' ? null : (of(judge, at, 'reversed')?.correct ?? null),
    }));
    const found = calibrationOf(judge, modelOf(labelled.map((_, at) => of(judge, at, 'first'))), verdicts);
    if (options.json) printJson(found);
    else print(printable(calibrationText(found)));
    if (found.judged > 0) note(`kept in ${await keepCalibration(found, settings)}`);
  }
  return silent ? exitCodes.failed : exitCodes.worked;
}

const asked = ['first', 'again', 'reversed'] as const;
type Asked = (typeof asked)[number];
type Asking = { judge: string; at: number; how: Asked };

const idOf = ({ judge, at, how }: Asking) => JSON.stringify([judge, at, how]);

function taskOf({ question, answer }: Labelled, { seed, ...asking }: Asking & { seed: number }): JudgingTask {
  return { id: idOf(asking), judge: asking.judge, question, answer, seed, reversed: asking.how === 'reversed' };
}

/** The one dated name that has answered; null of none, and of several. */
function modelOf(results: readonly (JudgingResult | undefined)[]): string | null {
  const models = new Set(results.flatMap((result) => result?.model ?? []));
  return models.size === 1 ? ([...models][0] ?? null) : null;
}

/** @throws UsageError for a label without a question or an answer, and for a file in which nothing is labelled */
async function labelledAnswers({ labels: file, log, dataset: given }: CalibrateOptions): Promise<Labelled[]> {
  const logFile = log === undefined ? null : variantReference(log).file;
  const labels = await readJsonLines(file, JudgeLabel);
  const dataset = await datasetOf(
    given === undefined ? {} : { dataset: given },
    ...(logFile === null ? [] : [logFile]),
  );
  const questions = new Map((await readQuestions(dataset)).map((question) => [question.id, question]));
  const answers = logFile === null ? new Map<string, string>() : await answersOf(logFile);
  const labelled = labels.flatMap((each): Labelled[] => {
    const { question_id: id, variant, trial, correct } = each;
    if (correct === null) return [];
    const question = questions.get(id);
    if (question === undefined) throw new UsageError(`${file}: ${dataset} has no question "${id}"`);
    const answer = each.answer ?? answers.get(JSON.stringify([id, variant, trial])) ?? null;
    if (answer === null)
      throw new UsageError(
        `${file}: the label of "${id}" has no answer, and ${log === undefined ? 'no --log is given' : 'the log has no answer of that variant and trial'}`,
      );
    return [{ question, answer, label: correct }];
  });
  if (labelled.length === 0) throw new UsageError(`${file}: nothing is labelled: "correct" must be true or false`);
  if (labelled.length < labels.length)
    note(`${labels.length - labelled.length} lines are not labelled yet, and left out`);
  return labelled;
}

/** By question, variant and trial; of a log with one variant, also without naming it. */
async function answersOf(log: string): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  const variants = new Set<string>();
  const all: { id: string; trial: number; answer: string }[] = [];
  for await (const { record } of readRunLog(log)) {
    variants.add(record.variant);
    if (record.final_answer === null) continue;
    answers.set(JSON.stringify([record.question_id, record.variant, record.trial]), record.final_answer);
    all.push({ id: record.question_id, trial: record.trial, answer: record.final_answer });
  }
  if (variants.size === 1)
    for (const { id, trial, answer } of all) answers.set(JSON.stringify([id, null, trial]), answer);
  return answers;
}
