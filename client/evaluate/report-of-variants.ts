/** Gathers what a report tells: the comparison, the runs behind it, and the traces that their histories hold. */
import { dirname, relative, resolve, sep } from 'node:path';
import type { Comparison } from '../../harness/comparison/compare-variants.ts';
import { summarizeVariant } from '../../harness/comparison/variant-summary.ts';
import type { GateResult } from '../../harness/gate-rule.ts';
import type { GradedCase } from '../../harness/graded-record.ts';
import { checkTrials } from '../../harness/graded-trial.ts';
import { mostDifferent, questionsByRegression } from '../../harness/report/question-order.ts';
import type { LeftOut, Report, ReportVariant, ReportQuestion, ReportRun } from '../../harness/report/report.ts';
import { addReuse, noReuse, reuseLines } from '../../harness/reused-replies.ts';
import { splitSignals } from '../../harness/signals/split-signals.ts';
import type { ReadVariant } from './variant-log.ts';
import { clearBytes } from '../../application/clear-content.ts';
import { gradedCases, type GradeOptions } from './graded-log.ts';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import type { Trace } from '../../contracts/trace.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';

/** More would make a page that a browser opens slowly. */
const shownQuestions = 1000;
const tracedQuestions = 100;

export type ComparedVariants = {
  comparison: Comparison;
  gates: GateResult[];
  baseline: ReadVariant;
  candidate: ReadVariant;
  others: ReadVariant[];
  leftOut: LeftOut[];
  startedAt: string | null;
};

/** Reads the logs once more, for the records of the questions that are shown. */
export async function reportOfVariants(compared: ComparedVariants, options: GradeOptions): Promise<Report> {
  const { comparison, gates, baseline, candidate, others, leftOut, startedAt } = compared;
  const ordered = questionsByRegression(baseline.trials, candidate.trials).map(({ question }) => question);
  const shown = mostDifferent(ordered, shownQuestions);
  const traced = new Set(mostDifferent(shown, tracedQuestions));
  const cases = await casesOf([baseline, candidate], new Set(shown), options);
  const [before, after] = [baseline, candidate].map((variant) => cases.get(variant)) as [
    CasesByQuestion,
    CasesByQuestion,
  ];
  const questions: ReportQuestion[] = [];
  for (const id of shown) {
    const sides = [before.get(id) ?? [], after.get(id) ?? []] as const;
    const question = (sides[0][0] ?? sides[1][0])?.question;
    if (question === undefined) continue;
    const [ours, theirs] = [runsOf(sides[0], baseline, traced.has(id)), runsOf(sides[1], candidate, traced.has(id))];
    questions.push({ question, baseline: await ours, candidate: await theirs });
  }
  return {
    comparison,
    gates,
    signals: splitSignals(baseline.trials),
    variants: [baseline, candidate, ...others].map(reportVariant),
    leftOut,
    questions,
    offline: [baseline, candidate].some(({ offline }) => offline),
    startedAt,
    remarks: reuseLines([baseline, candidate, ...others].map(({ reuse }) => reuse).reduce(addReuse, noReuse)),
    base: '',
  };
}

type CasesByQuestion = Map<string, GradedCase[]>;

/** Each log is read once, whichever variants it holds. */
async function casesOf(
  variants: readonly ReadVariant[],
  shown: ReadonlySet<string>,
  options: GradeOptions,
): Promise<Map<ReadVariant, CasesByQuestion>> {
  const byVariant = new Map(variants.map((variant) => [variant, [] as GradedCase[]]));
  for (const file of new Set(variants.map((variant) => variant.file)))
    for await (const each of gradedCases(file, options)) {
      if (!shown.has(each.record.question_id)) continue;
      for (const [variant, cases] of byVariant)
        if (variant.file === file && variant.name === each.record.variant) cases.push(each);
    }
  return new Map(
    [...byVariant].map(([variant, cases]) => {
      const sorted = cases.toSorted((one, other) => one.record.trial - other.record.trial);
      return [variant, Map.groupBy(sorted, ({ record }) => record.question_id)];
    }),
  );
}

/** Only the first trial is shown with its trace. */
async function runsOf(cases: readonly GradedCase[], { file }: ReadVariant, traced: boolean): Promise<ReportRun[]> {
  const [first] = cases;
  const trace = traced && first !== undefined ? await traceOfRecord(first.record, file) : null;
  return cases.map((each) => ({ ...each, trace: each === first ? trace : null }));
}

function reportVariant({ trials, name, tokens }: ReadVariant): ReportVariant {
  const checked = checkTrials(trials, name).trials;
  return { summary: summarizeVariant(checked), trials: checked, tokens };
}

/** The report as it lies in `folder`: links of the log start from there. */
export function lyingIn(folder: string, report: Report, log: string): Report {
  const base = relative(resolve(folder), resolve(dirname(log)));
  return { ...report, base: base === '' ? '' : `${base.replaceAll('\\', '/')}/` };
}

// Makes the trace of a run out of the compressed history that lies beside its log.

const maxBytes = 60_000_000;

/** Null where there is no history in the log's folder, or one that cannot be read: a report does without. */
async function traceOfRecord({ links, workflow_id, run_id }: RunLogRecord, log: string): Promise<Trace | null> {
  if (links.history === null) return null;
  const folder = resolve(dirname(log));
  const file = resolve(folder, links.history);
  if (!file.startsWith(folder + sep)) return null;
  try {
    const unpacked = await promisify(gunzip)(clearBytes(await readFile(file)), { maxOutputLength: maxBytes });
    const history = readRunHistory(JSON.parse(unpacked.toString('utf8')));
    return traceOfRun(history, { workflowId: workflow_id ?? '', runId: run_id ?? '' });
  } catch {
    return null;
  }
}
