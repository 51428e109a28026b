/** Gathers what a report tells: the comparison, the runs behind it, and the traces that their histories hold. */
import { dirname, relative } from 'node:path';
import type { Comparison } from '../harness/comparison/compare-arms.ts';
import { summarizeArm } from '../harness/comparison/arm-summary.ts';
import type { GateResult } from '../harness/gate-rule.ts';
import type { GradedCase } from '../harness/graded-record.ts';
import { checkTrials } from '../harness/graded-trial.ts';
import { mostDifferent, questionsByRegression } from '../harness/report/question-order.ts';
import type { LeftOut, Report, ReportArm, ReportQuestion, ReportRun } from '../harness/report/report.ts';
import { splitSignals } from '../harness/signals/split-signals.ts';
import type { ReadArm } from './arm-log.ts';
import { type GradeOptions, gradedCases } from './graded-log.ts';
import { traceOfRecord } from './trace-of-record.ts';

/** More would make a page that a browser opens slowly. */
const shownQuestions = 1000;
const tracedQuestions = 100;

export type ComparedArms = {
  comparison: Comparison;
  gates: GateResult[];
  baseline: ReadArm;
  candidate: ReadArm;
  others: ReadArm[];
  leftOut: LeftOut[];
  startedAt: string | null;
  /** The folder that the report will lie in. */
  folder: string;
};

/** Reads the logs once more, for the records of the questions that are shown. */
export async function reportOfArms(compared: ComparedArms, options: GradeOptions): Promise<Report> {
  const { comparison, gates, baseline, candidate, others, leftOut, startedAt, folder } = compared;
  const ordered = questionsByRegression(baseline.trials, candidate.trials).map(({ question }) => question);
  const shown = mostDifferent(ordered, shownQuestions);
  const traced = new Set(mostDifferent(shown, tracedQuestions));
  const before = await casesOf(baseline, new Set(shown), options);
  const after = await casesOf(candidate, new Set(shown), options);
  const questions: ReportQuestion[] = [];
  for (const id of shown) {
    const sides = [before.get(id) ?? [], after.get(id) ?? []] as const;
    const question = (sides[0][0] ?? sides[1][0])?.question;
    if (question === undefined) continue;
    const [ours, theirs] = [runsOf(sides[0], baseline, traced.has(id)), runsOf(sides[1], candidate, traced.has(id))];
    questions.push({ question, baseline: await ours, candidate: await theirs });
  }
  const base = relative(folder, dirname(candidate.file));
  return {
    comparison,
    gates,
    signals: splitSignals(baseline.trials),
    arms: [baseline, candidate, ...others].map(reportArm),
    leftOut,
    questions,
    offline: [baseline, candidate].some(({ offline }) => offline),
    startedAt,
    base: base === '' ? '' : `${base}/`,
  };
}

async function casesOf(
  { file, name }: ReadArm,
  shown: ReadonlySet<string>,
  options: GradeOptions,
): Promise<Map<string, GradedCase[]>> {
  const cases: GradedCase[] = [];
  for await (const each of gradedCases(file, options))
    if (each.record.arm === name && shown.has(each.record.question_id)) cases.push(each);
  cases.sort((one, other) => one.record.trial - other.record.trial);
  return Map.groupBy(cases, ({ record }) => record.question_id);
}

/** Only the first trial is shown with its trace. */
async function runsOf(cases: readonly GradedCase[], { file }: ReadArm, traced: boolean): Promise<ReportRun[]> {
  const [first] = cases;
  const trace = traced && first !== undefined ? await traceOfRecord(first.record, file) : null;
  return cases.map((each) => ({ ...each, trace: each === first ? trace : null }));
}

function reportArm({ trials, name, tokens }: ReadArm): ReportArm {
  const checked = checkTrials(trials, name).trials;
  return { summary: summarizeArm(checked), trials: checked, tokens };
}
