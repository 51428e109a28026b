/** Compares two variants question by question, and says whether the split is justified: as a whole and route by route. */
import type { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { checkTrials, type GradedTrial } from '../graded-trial.ts';
import type { Interval } from '../statistics/proportions.ts';
import { type VariantSummary, summarizeVariant } from './variant-summary.ts';
import { type Cell, cellsOf, type Dimension, whole } from './cells.ts';
import { differenceInterval, ratioEstimate } from './estimates.ts';
import { type ScoreFigure, scoreFigures } from './own-score-figures.ts';
import { type Pairing, pairQuestions } from './paired-questions.ts';
import { type Need, questionNeeds } from './question-needs.ts';
import { type SpecDifference, specDifferences, unmatchedReasons } from './spec-differences.ts';
import type { Standing } from './cell-words.ts';
import { type JudgedCell, judgeCells } from './standings.ts';
import { unexpectedRoutesText, unmetRoutes, unmetRoutesText } from '../unmet-routes.ts';
import { decide, type Verdict } from './verdict.ts';

/** One variant's log; the spec is null where the log came from elsewhere. */
export type VariantLog = { trials: readonly GradedTrial[]; spec: PipelineSpec | null };

export type ComparedCell = {
  row: string;
  dimension: Dimension;
  n: number;
  /** Questions that differ between the variants. */
  differing: number;
  unknown: number;
  baseline: number;
  candidate: number;
  /** Candidate minus baseline; for cost and latency candidate over baseline, `NaN` where both are 0. */
  effect: number;
  /** Null: too few questions. */
  interval: Interval | null;
  test: 'mcnemar-exact' | 'sign-flip-exact' | 'sign-flip-monte-carlo';
  /** Two-sided, of this cell alone; the adjusted ones are one-sided and beyond the margin. */
  p: number;
  pGain: number;
  pHarm: number;
  standing: Standing;
  /** A worthwhile loss of accuracy is not ruled out, so that a gain here would not count. */
  accuracyOpen: boolean;
  /** A worthwhile gain is ruled out. */
  gainRuledOut: boolean;
  /** Harm beyond the margin is more likely than chance, but not shown. */
  harmOpen: boolean;
};

export type Comparison = {
  baseline: VariantSummary;
  candidate: VariantSummary;
  plan: ComparisonPlan;
  questions: number;
  trials: Pairing['trials'];
  notes: string[];
  /** Routes that a pipeline or the questions have alone: routing cannot be right there. */
  unmet: string[];
  differences: SpecDifference[];
  cells: ComparedCell[];
  verdict: Verdict;
  routes: Record<string, Verdict>;
  /** The whole, then each route. */
  needs: Need[];
  /** Of graders of one's own; empty where there are none. */
  scores: ScoreFigure[];
};

/** Share of questions that may be missing on one side before the variants no longer answered the same dataset. */
const mayBeUnpaired = 0.1;

/** @throws LogProblem where a log, or the two together, have no one reading */
export function compareVariants(baseline: VariantLog, candidate: VariantLog, plan: ComparisonPlan): Comparison {
  const [ours, theirs] = [checkTrials(baseline.trials, 'baseline'), checkTrials(candidate.trials, 'candidate')];
  const pairing = pairQuestions(ours.trials, theirs.trials);
  const judged = judgeCells(cellsOf(pairing.pairs, plan), plan);
  const reasons = reasonsAgainst(baseline, candidate, pairing);
  const verdictOf = (row: string): Verdict =>
    reasons.length > 0 ? { kind: 'not-comparable', reasons } : decide(judged, row, plan);
  const rows = [...new Set(judged.map(({ cell }) => cell.row))].filter((row) => row !== whole);
  const specs = baseline.spec !== null && candidate.spec !== null ? ([baseline.spec, candidate.spec] as const) : null;
  const unmet = [baseline, candidate].flatMap(unmetOf);
  return {
    baseline: summarizeVariant(ours.trials),
    candidate: summarizeVariant(theirs.trials),
    plan,
    questions: pairing.pairs.length,
    trials: pairing.trials,
    notes: [...ours.notes, ...theirs.notes, ...pairing.notes, ...unmet, ...notesOn(pairing, judged, specs !== null)],
    unmet,
    differences: specs === null ? [] : specDifferences(...specs),
    cells: judged.map((each) => comparedCell(each, pairing.trials)),
    verdict: verdictOf(whole),
    routes: Object.fromEntries(rows.map((row) => [row, verdictOf(row)])),
    needs: questionNeeds(judged, plan),
    scores: scoreFigures(ours.trials, theirs.trials),
  };
}

function reasonsAgainst(baseline: VariantLog, candidate: VariantLog, { pairs, unpaired }: Pairing): string[] {
  const datasets = [baseline, candidate].map(({ trials }) => trials[0]?.dataset);
  const models = [baseline, candidate].map(({ trials }) =>
    [...new Set(trials.flatMap((trial) => trial.models))].sort(),
  );
  const [ours = [], theirs = []] = models;
  const known = ours.length > 0 && theirs.length > 0;
  const reasons = [
    datasets[0] !== datasets[1] && `the datasets differ: ${datasets.join(' against ')}`,
    known &&
      ours.join() !== theirs.join() &&
      `the models that answered differ: ${ours.join(', ')} against ${theirs.join(', ')}`,
    pairs.length === 0 && 'no question was answered and graded in both logs',
    unpaired.length > mayBeUnpaired * (pairs.length + unpaired.length) &&
      `${unpaired.length} of ${pairs.length + unpaired.length} questions are graded in one log only`,
    ...knownInOneOnly(baseline, candidate),
  ].filter((reason) => reason !== false);
  if (baseline.spec === null || candidate.spec === null) return reasons;
  return [...reasons, ...unmatchedReasons(baseline.spec, candidate.spec)];
}

/** A cost that only one variant reports can neither be a gain nor be ruled out as a harm. */
function knownInOneOnly(baseline: VariantLog, candidate: VariantLog): string[] {
  const read = {
    waste: ({ wasteful }: GradedTrial) => (wasteful === null ? null : Number(wasteful)),
    cost: (trial: GradedTrial) => trial.costUsd,
    latency: (trial: GradedTrial) => trial.latencyMs.total,
  };
  return Object.entries(read).flatMap(([name, of]) => {
    const [one = 0, other = 0] = [baseline, candidate].map(
      ({ trials }) => trials.filter((trial) => Number.isFinite(of(trial) ?? Number.NaN)).length / trials.length,
    );
    const said = `${Math.round(100 * one)} % of the baseline's and ${Math.round(100 * other)} % of the candidate's records`;
    return Math.abs(one - other) > mayBeUnpaired ? [`the ${name} is known for ${said}`] : [];
  });
}

function notesOn({ unpaired }: Pairing, judged: readonly JudgedCell[], specsKnown: boolean): string[] {
  const unknown = judged.filter(({ cell }) => cell.row === whole && cell.unknown > 0);
  const present = new Set(judged.map(({ cell }) => cell.dimension));
  return [
    ...(specsKnown
      ? []
      : ['a spec is missing: whether gate, retry limit, models, tools and budget match is not checked']),
    ...(unpaired.length === 0
      ? []
      : [`graded in one log only, left out: ${unpaired.slice(0, 10).join(', ')}${unpaired.length > 10 ? ' …' : ''}`]),
    ...unknown.map(
      ({ cell }) =>
        `${cell.dimension} is unknown for ${cell.unknown} of ${cell.n + cell.unknown} questions, left out there`,
    ),
    ...(['waste', 'cost', 'latency'] as const)
      .filter((dimension) => !present.has(dimension))
      .map((dimension) => `${dimension} is unknown and not judged`),
  ];
}

/** A route that no question expects is told where a run took it. */
function unmetOf({ trials, spec }: VariantLog): string[] {
  if (spec === null) return [];
  const byQuestion = new Map(trials.map(({ question, expectedRoute }) => [question, expectedRoute]));
  const expected = [...byQuestion.values()].filter((route) => route !== null);
  const unmet = unmetRoutes(spec, expected);
  const stray = trials.some(({ route }) => route !== null && !expected.includes(route));
  const unexpected = stray ? unexpectedRoutesText(spec, expected) : null;
  return [...(unmet === null ? [] : [unmetRoutesText(unmet)]), ...(unexpected === null ? [] : [unexpected])];
}

function comparedCell({ cell, ...found }: JudgedCell, trials: Pairing['trials']): ComparedCell {
  const { row, dimension, n, unknown, effect } = cell;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  const { pGain, pHarm, standing, accuracyOpen, gainRuledOut, harmOpen } = found;
  return {
    row,
    dimension,
    n,
    differing: cell.gains.filter((gain) => gain !== 0).length,
    unknown,
    baseline: mean(cell.baseline),
    candidate: mean(cell.candidate),
    effect,
    interval: intervalOf(cell),
    test: testOf(cell, trials),
    p: Math.min(1, 2 * cell.chance.atLeast(Math.abs(cell.gain))),
    pGain,
    pHarm,
    standing,
    accuracyOpen,
    gainRuledOut,
    harmOpen,
  };
}

function intervalOf({ dimension, baseline, candidate }: Cell): Interval | null {
  if (dimension === 'cost' || dimension === 'latency') return ratioEstimate(candidate, baseline);
  return differenceInterval(candidate.map((value, at) => value - (baseline[at] ?? 0)));
}

/** With one trial of right or wrong, flipping signs is McNemar's exact test. */
function testOf({ gains, chance }: Cell, trials: Pairing['trials']): ComparedCell['test'] {
  const single = trials.baseline === 1 && trials.candidate === 1;
  if (single && gains.every((gain) => gain === 0 || Math.abs(gain) === 1)) return 'mcnemar-exact';
  return `sign-flip-${chance.method}`;
}
