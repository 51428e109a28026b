/** Tests of each cell whether the candidate is better there, worse, or neither; chance alone finds a "better" once in twenty. */
import type { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { gainRuledOutP, nonInferiorityP, savingRuledOutP } from '../statistics/non-inferiority.ts';
import { stepDown } from '../statistics/step-down.ts';
import { type Cell, whole } from './cells.ts';
import { type Findings, type Standing, standingOf } from './cell-words.ts';

export type JudgedCell = Findings & {
  cell: Cell;
  standing: Standing;
  /** Beyond the margin on the side of harm, and more likely harm than chance, but not `worse`. */
  harmOpen: boolean;
};

/** Chance at which a worthwhile gain, or loss of accuracy, counts as ruled out; one-sided. */
const ruledOut = 0.05;
/** One-sided chance, not adjusted, up to which a loss beyond the margin leaves harm open. */
const leaning = 0.2;
const wholeShare = 0.4;

/**
 * The whole spends two fifths of alpha and the routes three fifths, each by Holm's procedure. What the routes cannot spend
 * (too few questions on each) is not given to the whole: otherwise a small dataset would be the easier one to win on.
 */
export function judgeCells(cells: readonly Cell[], plan: ComparisonPlan): JudgedCell[] {
  const ofWhole = cells.filter(({ row }) => row === whole);
  const ofRoutes = cells.filter(({ row }) => row !== whole);
  if (ofRoutes.length === 0) return judgePart(ofWhole, 1, plan);
  return [...judgePart(ofWhole, wholeShare, plan), ...judgePart(ofRoutes, 1 - wholeShare, plan)];
}

/** @param share of alpha that these cells may spend together */
function judgePart(cells: readonly Cell[], share: number, plan: ComparisonPlan): JudgedCell[] {
  const enough = cells.filter(({ n }) => n >= plan.minQuestions);
  const able = enough.filter((cell) => cell.dimension === 'accuracy' || couldSeeLoss(accuracyOf(cells, cell)));
  const gains = adjusted(able, (cell) => cell.gain, share);
  const harms = adjusted(enough, (cell) => -cell.gain, share);
  return cells.map((cell) => {
    const findings: Findings = {
      enough: enough.includes(cell),
      pGain: gains.get(cell) ?? 1,
      pHarm: harms.get(cell) ?? 1,
      accuracyOpen: cell.dimension !== 'accuracy' && !lossRuledOut(accuracyOf(cells, cell), plan),
      gainRuledOut: enough.includes(cell) && gainRuledOut(cell, plan),
    };
    const standing = standingOf(findings, plan);
    const harmOpen = findings.enough && standing !== 'worse' && leansToHarm(cell);
    return { cell, ...findings, standing, harmOpen };
  });
}

function leansToHarm({ gain, margin, chance }: Cell): boolean {
  return gain < 0 && -gain >= margin && chance.atLeast(-gain) <= leaning;
}

function gainRuledOut(
  { dimension, baseline, candidate, gains, worthwhile }: Cell,
  { margins }: ComparisonPlan,
): boolean {
  if (dimension === 'accuracy' || dimension === 'waste') return gainRuledOutP(gains, worthwhile) <= ruledOut;
  // Free in both variants, as with the offline model: then there is no ratio, and nothing to save.
  if (dimension === 'cost' && [...baseline, ...candidate].every((costUsd) => costUsd === 0)) return true;
  const ratio = dimension === 'cost' ? margins.costRatio : margins.latencyRatio;
  return savingRuledOutP(baseline, candidate, ratio) <= ruledOut;
}

/**
 * A finding needs chance to be unlikely and the margin to be reached. Both are bounds on one figure, so the chance of a
 * false finding at a level is the smaller of the two; it depends on the sizes of the differences only.
 */
function adjusted(cells: readonly Cell[], gainOf: (cell: Cell) => number, share: number): Map<Cell, number> {
  const tests = cells.map((cell) => {
    const gain = gainOf(cell);
    const reach = cell.chance.atLeast(cell.margin);
    const p = gain > 0 && gain >= cell.margin ? cell.chance.atLeast(gain) : 1;
    return { p, sizeAt: (level: number) => Math.min(cell.chance.attainable(level), reach) };
  });
  return new Map(stepDown(tests).map((p, at) => [cells[at] as Cell, Math.min(1, p / share)]));
}

function accuracyOf(cells: readonly Cell[], { row }: Cell): Cell | undefined {
  return cells.find((cell) => cell.row === row && cell.dimension === 'accuracy');
}

/** Known from the sizes of the differences alone, so that it may decide which cells share alpha. */
function couldSeeLoss(accuracy: Cell | undefined): boolean {
  return accuracy !== undefined && accuracy.chance.atLeast(accuracy.worthwhile) <= ruledOut;
}

function lossRuledOut(accuracy: Cell | undefined, { minQuestions }: ComparisonPlan): boolean {
  if (accuracy === undefined || accuracy.n < minQuestions) return false;
  return nonInferiorityP(accuracy.gains, accuracy.worthwhile) <= ruledOut;
}
