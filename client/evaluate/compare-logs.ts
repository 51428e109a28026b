/** Compares two variants by their run logs: prints the verdict, writes it in other forms, and judges gates. */
import { dirname, relative, sep } from 'node:path';
import { ComparisonMargins, ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { whole } from '../../harness/comparison/cells.ts';
import { compareVariants, type Comparison } from '../../harness/comparison/compare-variants.ts';
import { type GateResult, type GateRule, GateRuleProblem, judgeGate, parseGateRule } from '../../harness/gate-rule.ts';
import { questionOutcomes } from '../../harness/rendering/question-outcomes.ts';
import { comparisonSummary } from '../../harness/rendering/comparison-summary.ts';
import { comparisonJunit } from '../../harness/rendering/comparison-junit.ts';
import {
  comparisonCsv,
  comparisonData,
  comparisonJson,
  comparisonText,
} from '../../harness/rendering/comparison-text.ts';
import { offlineNote } from '../../harness/rendering/figures.ts';
import { memo } from '../../harness/report/memo.ts';
import type { Report } from '../../harness/report/report.ts';
import { variantReference, pickVariant, type ReadVariant, readVariants, withOneDataset } from './variant-log.ts';
import { manifestBeside } from '../benchmark/benchmark-folder.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { datasetOf, type LogOptions } from './graded-log.ts';
import { gradeWithOwn, loadGraders } from './own-graders.ts';
import { asUsage } from '../input/json-lines-file.ts';
import { expectWritable, note, print, printJson, writeResult } from '../terminal/output.ts';
import { schemaIssue } from '../../lib/schema-issue.ts';
import { printable, printableLine } from '../../lib/printable.ts';
import { type ComparedVariants, lyingIn, reportOfVariants } from './report-of-variants.ts';

export type OutputFile = { path: string; format: 'html' | 'md' | 'xml' | 'csv' | 'json' };
export type CompareOptions = LogOptions & {
  margin: string[];
  gate: string[];
  output: OutputFile[];
  /** Markdown for the summary of a CI job. */
  summary?: string;
  grader?: string[];
  json: boolean;
  otherDataset: boolean;
};

/**
 * @returns 100 where a gate is not met
 * @throws UsageError for a log that cannot be graded, has no one reading or answers another dataset, for a gate or margin of a
 * route that no question expects, and for a file that could not be written
 */
export async function compareLogs(baselineText: string, candidateText: string, given: CompareOptions): Promise<number> {
  const [margins, rules] = [given.margin.map(marginChange), given.gate.map(gateRule)];
  const [one, other] = [variantReference(baselineText), variantReference(candidateText)];
  await expectWritable(...given.output.map(({ path }) => path), given.summary);
  const graders = await loadGraders(given.grader ?? []);
  const dataset = await datasetOf(given, one.file, other.file);
  const options = { ...given, dataset, expectDataset: !given.otherDataset };
  let failed = 0;
  for (const file of new Set([one.file, other.file])) failed += await gradeWithOwn(file, options, graders);
  const ours = await readVariants(one.file, options);
  const theirs = other.file === one.file ? ours : await readVariants(other.file, options);
  const read = [pickVariant(ours, one), pickVariant(theirs, other)];
  const [baseline, candidate] = withOneDataset(read, options.dataset) as [ReadVariant, ReadVariant];
  expectRoutes(
    [...rules.map(({ text, row }) => ({ text: `--gate ${text}`, row })), ...given.margin.flatMap(routeOfMargin)],
    [baseline, candidate],
  );
  const plan = withMargins(await planOf(baseline, candidate), margins);
  const comparison = asUsage(() => compareVariants(baseline, candidate, plan));
  expectGraders(rules, options.decidedBy, comparison);
  const gates = rules.map((rule) => judgeGate(rule, comparison));
  const offline = baseline.offline || candidate.offline;
  if (offline) note(offlineNote);
  tell({ ...comparison, offline }, gates, options.json);
  const compared = { comparison, gates, baseline, candidate, others: [], leftOut: [], startedAt: null };
  const told = options.output.some(({ format }) => format === 'html' || format === 'md');
  const report = told ? await reportOfVariants(compared, options) : null;
  for (const output of options.output)
    await writeResult(output.path, await contentOf(output, compared, report, options.output));
  if (options.summary !== undefined) {
    const outcomes = questionOutcomes(baseline.trials, candidate.trials);
    await writeResult(options.summary, comparisonSummary({ comparison, gates, outcomes, offline }));
  }
  if (!gates.every(({ met }) => met)) return exitCodes.gate;
  return failed === 0 ? exitCodes.worked : exitCodes.failed;
}

/** @throws UsageError where a gate or `--decided-by` names a grader that neither log has a score of */
function expectGraders(rules: readonly GateRule[], decidedBy: string | undefined, { scores }: Comparison): void {
  const names = scores.map(({ grader }) => grader);
  const wanted = rules.flatMap(({ text, metric, row }) => (metric === 'score' ? [[`the gate "${text}"`, row]] : []));
  if (decidedBy !== undefined) wanted.push(['--decided-by', decidedBy]);
  for (const [what = '', grader = ''] of wanted)
    if (!names.includes(grader))
      throw new UsageError(
        `${what} names the grader "${grader}", which has scored neither log (${names.length === 0 ? 'none has' : `there are ${names.join(', ')}`}): give it by --grader`,
      );
}

function gateRule(text: string): GateRule {
  try {
    return parseGateRule(text);
  } catch (error) {
    throw error instanceof GateRuleProblem ? new UsageError(error.message) : error;
  }
}

/** A route that no question expects would make a gate that is never met, and a margin that is never used. @throws UsageError */
function expectRoutes(named: readonly { text: string; row: string }[], variants: readonly ReadVariant[]): void {
  const trials = variants.flatMap((variant) => variant.trials);
  const routes = [...new Set(trials.flatMap(({ expectedRoute }) => expectedRoute ?? []))].sort();
  for (const { text, row } of named)
    if (row !== whole && !routes.includes(row))
      throw new UsageError(
        `${text}: no question expects the route "${row}": ${routes.length === 0 ? 'none expects any' : `there are ${routes.join(', ')}`}`,
      );
}

/** Two variants of one benchmark are compared as it was planned before it ran. */
async function planOf(baseline: ReadVariant, candidate: ReadVariant): Promise<ComparisonPlan> {
  const manifest = baseline.file === candidate.file ? await manifestBeside(baseline.file) : null;
  return manifest?.plan ?? ComparisonPlan.parse({});
}

function tell(comparison: Comparison & { offline: boolean }, gates: readonly GateResult[], json: boolean): void {
  if (json) {
    printJson({ ...comparison, gates }, comparisonData);
    return;
  }
  print(printable(comparisonText(comparison).trimEnd()));
  for (const { rule, met, reason } of gates)
    print(printableLine(`gate ${met ? 'met' : 'NOT MET'}: ${rule}: ${reason}`));
}

async function contentOf(
  { path, format }: OutputFile,
  { comparison, gates, baseline, candidate }: ComparedVariants,
  report: Report | null,
  outputs: readonly OutputFile[],
): Promise<string> {
  switch (format) {
    case 'html':
      return report === null ? '' : page(lyingIn(dirname(path), report, candidate.file));
    case 'md':
      return report === null ? '' : memo(report, reportBeside(path, outputs));
    case 'xml':
      return comparisonJunit(comparison, gates, questionOutcomes(baseline.trials, candidate.trials));
    case 'csv':
      return comparisonCsv(comparison);
    case 'json':
      return comparisonJson(comparison);
    default:
      return format satisfies never;
  }
}

/** The charts' library takes half a second to load: only a report needs it. */
async function page(report: Report): Promise<string> {
  const { reportPage } = await import('../../harness/report/report-page.ts');
  return reportPage(report);
}

/** The memo's numbers lead to a report: the one that is written with it, or `report.html`. */
function reportBeside(path: string, outputs: readonly OutputFile[]): string {
  const written = outputs.find(({ format }) => format === 'html');
  if (written === undefined) note('the links of the memo lead to report.html: write it too, with -o report.html');
  const target = written === undefined ? 'report.html' : relative(dirname(path), written.path);
  return target.split(sep).map(encodeURIComponent).join('/');
}

// Reads `--margin DIMENSION=VALUE`, the smallest difference that counts.

/** A change of the plan's margins. */
type MarginChange = (margins: ComparisonMargins) => ComparisonMargins;

const names = {
  accuracy: 'accuracy',
  route: 'route',
  waste: 'waste',
  cost: 'costRatio',
  latency: 'latencyRatio',
} as const;

/** Shares for accuracy, route and waste (0.02 is two points), ratios for cost and latency (1.25 is a quarter more). @throws UsageError */
function marginChange(text: string): MarginChange {
  const [, name = '', route, digits = ''] = /^([a-z]+)(?:@([^=]+))?=(\d+(?:\.\d+)?|\.\d+)$/.exec(text) ?? [];
  if (!Object.hasOwn(names, name) || (route !== undefined && name !== 'accuracy'))
    throw new UsageError(
      `--margin ${text}: it must be accuracy=0.02, accuracy@ROUTE=0.05, route=0.03, waste=0.05, cost=1.25 or latency=1.25`,
    );
  const field = names[name as keyof typeof names];
  const value = Number(digits);
  const bounds = ComparisonMargins.shape[field].safeParse(value, { error: schemaIssue });
  if (!bounds.success)
    throw new UsageError(`--margin ${text} is out of range: it ${bounds.error.issues[0]?.message ?? ''}`);
  return (margins) =>
    route === undefined
      ? { ...margins, [field]: value }
      : { ...margins, routes: { ...margins.routes, [route]: value } };
}

function routeOfMargin(text: string): { text: string; row: string }[] {
  const [, row] = /^accuracy@([^=]+)=/.exec(text) ?? [];
  return row === undefined ? [] : [{ text: `--margin ${text}`, row }];
}

function withMargins(plan: ComparisonPlan, changes: readonly MarginChange[]): ComparisonPlan {
  return { ...plan, margins: changes.reduce((margins, change) => change(margins), plan.margins) };
}
