/** Has the answers of a run log graded by one or more models, and says how far they agree with each other and with the grader. */
import type { Config } from '../../config/config.ts';
import type { GradedCase } from '../../harness/graded-record.ts';
import type { JudgingResult, JudgingTask } from '../../contracts/dataset.ts';
import { agreementOf } from '../../harness/agreement.ts';
import { type JudgeVote, panelAgreement, panelVerdict } from '../../harness/judge-panel.ts';
import { type CorrectedRate, correctedRate } from '../../harness/judges/corrected-rate.ts';
import { defaultWasteShare } from '../../harness/labels.ts';
import { percent } from '../../harness/rendering/figures.ts';
import type { ScoredRecord } from '../../harness/run-log/own-scores.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { datasetOf, gradedCases, warnOfLog } from './graded-log.ts';
import { expectWritable, print, printJson, writeResult } from '../terminal/output.ts';
import { cut, printableLine } from '../../lib/printable.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readSettings } from '../../application/read-settings.ts';
import { askJudges, expectJudge, tellFailures } from './ask-judges.ts';
import { calibrationOfJudge, type KeptCalibration } from './judge-calibrations.ts';
import { storeScores } from './stored-scores.ts';
import { variantReference } from './variant-log.ts';

export type JudgeLogOptions = { dataset?: string; judge?: string[]; seed: number; json: boolean; output?: string };

export type Judged = {
  question_id: string;
  variant: string;
  trial: number;
  /** Of the answer grader. */
  graded: boolean | null;
  /** What most judges say. */
  judged: boolean | null;
  votes: (JudgeVote & { said: string })[];
};

/** @returns 1 where a judge has judged nothing */
export async function judgeLog(given: string, options: JudgeLogOptions): Promise<number> {
  await expectWritable(options.output);
  const settings = readSettings();
  expectJudge(settings);
  const { file: log, variant } = variantReference(given);
  const cases = (await answersOf(log, await datasetOf(options, log))).filter(
    ({ record }) => variant === null || record.variant === variant,
  );
  if (cases.length === 0) throw new UsageError(`${given} has no answers to judge`);
  const names = [...new Set(options.judge ?? [settings.model.judge])];
  const tasks = names.flatMap((judge) => cases.map((each) => taskOf(each, judge, options.seed)));
  const results = await askJudges(tasks);
  const judged = cases.map((each) => judgedOf(each, names, results.get(idOf(each)) ?? []));
  const calibrations = await calibrationsOf(names, [...results.values()].flat(), settings);
  await storeScores(log, scoresOf(cases, judged, calibrations), (grader) =>
    names.some((name) => isJudge(grader, name)),
  );
  await show(judged, ratesOfJudges(judged, calibrations), options);
  const silent = tellFailures(
    new Map(names.map((judge, at) => [judge, judged.flatMap(({ votes }) => votes[at] ?? [])])),
  );
  return silent ? exitCodes.failed : exitCodes.worked;
}

type Calibrations = ReadonlyMap<string, KeptCalibration | null>;

/** @param results all of them: the dated model that answers must be the one that was calibrated */
async function calibrationsOf(
  names: readonly string[],
  results: readonly JudgingResult[],
  settings: Config,
): Promise<Calibrations> {
  const calibrations = new Map<string, KeptCalibration | null>();
  for (const name of names) {
    const answered = results.find(({ judge, model }) => judge === name && model !== null)?.model ?? null;
    calibrations.set(name, await calibrationOfJudge(name, answered, settings));
  }
  return calibrations;
}

const uncalibrated = ':uncalibrated';
const graderOf = (judge: string, calibrations: Calibrations) =>
  `judge:${judge}`.slice(0, 80) + (calibrations.get(judge) === null ? uncalibrated : '');
const isJudge = (grader: string, judge: string) => grader.replace(uncalibrated, '') === `judge:${judge}`.slice(0, 80);

/** Each judge as a grader beside those that ship, so that tables, reports and JUnit have what it said. */
function scoresOf(cases: readonly GradedCase[], judged: readonly Judged[], calibrations: Calibrations): ScoredRecord[] {
  return cases.map(({ record }, at) => ({
    record,
    scores: (judged[at]?.votes ?? []).map(({ judge, correct, said }) => ({
      grader: graderOf(judge, calibrations),
      score: correct === null ? null : Number(correct),
      reason: cut(said, 1000),
    })),
  }));
}

export type JudgeRate = {
  variant: string;
  judge: string;
  /** Answers that it calls right, of those that it judged. */
  right: number;
  judged: number;
  calibrated: boolean;
  /** With its own rates taken out; null where it was not calibrated, or tells right from wrong no better than chance. */
  corrected: CorrectedRate | null;
};

function ratesOfJudges(judged: readonly Judged[], calibrations: Calibrations): JudgeRate[] {
  return [...Map.groupBy(judged, ({ variant }) => variant)].flatMap(([variant, rows]) =>
    [...calibrations].map(([judge, kept]) => {
      const votes = rows.flatMap((row) => row.votes.filter((vote) => vote.judge === judge));
      const known = votes.filter(({ correct }) => correct !== null);
      const said = { yes: known.filter(({ correct }) => correct === true).length, n: known.length };
      const corrected = kept === null ? null : correctedRate(said, kept.truePositive, kept.trueNegative);
      return { variant, judge, right: said.yes, judged: said.n, calibrated: kept !== null, corrected };
    }),
  );
}

function rateLine({ variant, judge, right, judged, calibrated, corrected }: JudgeRate): string {
  const raw = `${variant}: ${judge} calls ${right} of ${judged} right`;
  if (!calibrated)
    return `${raw}; it was not calibrated, so nobody knows what that is worth: switchyard judge calibrate --labels FILE`;
  if (corrected === null)
    return `${raw}; its calibration tells right from wrong no better than chance: nothing can be corrected`;
  const { rate, interval } = corrected;
  return `${raw}; corrected by its calibration ${percent(rate)} (${percent(interval.low)} to ${percent(interval.high)})`;
}

/** Records without an answer have nothing to judge. */
async function answersOf(log: string, dataset: string): Promise<GradedCase[]> {
  const cases: GradedCase[] = [];
  for await (const each of gradedCases(log, { dataset, wasteShare: defaultWasteShare }, warnOfLog))
    if (each.record.final_answer !== null) cases.push(each);
  return cases;
}

function idOf({ graded: { question_id, variant, trial } }: GradedCase): string {
  return JSON.stringify([question_id, variant, trial]);
}

function taskOf(each: GradedCase, judge: string, seed: number): JudgingTask {
  const { question, record } = each;
  return { id: idOf(each), judge, question, answer: record.final_answer ?? '', seed, reversed: false };
}

function judgedOf({ graded }: GradedCase, judges: readonly string[], results: readonly JudgingResult[]): Judged {
  const { question_id, variant, trial, correct } = graded;
  // Every judge at the same place in each row, so that agreement can be counted.
  const votes = judges.map((judge) => {
    const { correct: vote = null, said = 'it did not answer' } = results.find((result) => result.judge === judge) ?? {};
    return { judge, correct: vote, said };
  });
  return { question_id, variant, trial, graded: correct, judged: panelVerdict(votes).correct, votes };
}

async function show(
  judged: readonly Judged[],
  rates: readonly JudgeRate[],
  { json, output }: JudgeLogOptions,
): Promise<void> {
  if (output !== undefined)
    await writeResult(
      output,
      judged.map((row) => `${JSON.stringify(snakeKeys(row))}\n`),
    );
  const panel = panelAgreement(judged.map(({ votes }) => votes));
  const both = judged.flatMap(({ graded, judged: vote }) =>
    graded === null || vote === null ? [] : [{ expected: String(graded), actual: String(vote) }],
  );
  const withGrader = agreementOf(both);
  if (json) {
    for (const row of judged) printJson(row);
    printJson(
      { summary: true, panel, withGrader, rates },
      {
        'panel.failures': 'map',
      },
    );
    return;
  }
  for (const { question_id, variant, trial, graded, judged: vote } of judged)
    if (graded !== vote)
      print(printableLine(`${question_id} ${variant} ${trial}: grader: ${word(graded)}, judges: ${word(vote)}`));
  const kappa = withGrader.kappa === null ? 'not defined' : withGrader.kappa.toFixed(2);
  print(`judges and grader agree on ${withGrader.agreed} of ${withGrader.n} answers, kappa ${kappa}`);
  if (panel.shared > 0)
    print(
      `judges unanimous on ${panel.unanimous} of ${panel.shared}, Krippendorff's alpha ${panel.alpha?.toFixed(2) ?? 'not defined'}`,
    );
  for (const rate of rates) print(printableLine(rateLine(rate)));
}

function word(correct: boolean | null): string {
  return correct === null ? 'no grade' : correct ? 'right' : 'wrong';
}
