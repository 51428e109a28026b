/** Decides for each cell whether the candidate wins there, hurts, or neither, so that chance finds a win one time in twenty at most. */
import type { ComparisonPlan } from '../../contracts/comparison-plan.ts';
import { largestPlausible, nonInferiorityP } from '../statistics/non-inferiority.ts';
import { stepDown } from '../statistics/step-down.ts';
import { type Cell, whole } from './cells.ts';

/**
 * `win` and `hurt` are beyond the margin and beyond chance. `worse` is beyond the margin and more likely harm than chance,
 * but not beyond doubt.
 * `nothing-to-gain`: a worthwhile gain is ruled out. `too-few`: fewer questions than the plan wants. Else `open`.
 */
export type Standing = 'win' | 'hurt' | 'worse' | 'nothing-to-gain' | 'too-few' | 'open';
export type JudgedCell = {
  cell: Cell;
  standing: Standing;
  /** Adjusted p-values of a gain and of a harm, comparable with the plan's alpha; 1 within the margin. */
  pGain: number;
  pHarm: number;
  /** Set where a gain in waste, cost or latency does not count: a worthwhile loss of accuracy is not ruled out. */
  accuracyOpen: boolean;
  /** A worthwhile gain is ruled out, whatever the standing. */
  gainRuledOut: boolean;
};

/** Chance at which a worthwhile gain, or loss of accuracy, counts as ruled out; one-sided. */
const ruledOut = 0.05;
/** One-sided chance, not adjusted, below which a loss beyond the margin is `worse`. */
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
    const [pGain, pHarm] = [gains.get(cell) ?? 1, harms.get(cell) ?? 1];
    const accuracyOpen = cell.dimension !== 'accuracy' && !lossRuledOut(accuracyOf(cells, cell));
    const few = !enough.includes(cell);
    const gainRuledOut = !few && (costsNothing(cell) || largestPlausible(cell.gains, 1 - ruledOut) < cell.worthwhile);
    const findings = { pGain, pHarm, accuracyOpen, gainRuledOut };
    return { cell, ...findings, standing: few ? 'too-few' : standingOf(cell, findings, plan) };
  });
}

/** Free in both arms, as with the offline model: then there is no ratio, and nothing to save. */
function costsNothing({ dimension, baseline, candidate }: Cell): boolean {
  return dimension === 'cost' && [...baseline, ...candidate].every((costUsd) => costUsd === 0);
}

type Findings = Pick<JudgedCell, 'pGain' | 'pHarm' | 'accuracyOpen' | 'gainRuledOut'>;

function standingOf(
  cell: Cell,
  { pGain, pHarm, accuracyOpen, gainRuledOut }: Findings,
  { alpha }: ComparisonPlan,
): Standing {
  if (pHarm <= alpha) return 'hurt';
  if (pGain <= alpha && !accuracyOpen) return 'win';
  if (cell.gain < 0 && -cell.gain >= cell.margin && cell.chance.atLeast(-cell.gain) <= leaning) return 'worse';
  return gainRuledOut ? 'nothing-to-gain' : 'open';
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

function lossRuledOut(accuracy: Cell | undefined): boolean {
  return accuracy !== undefined && nonInferiorityP(accuracy.gains, accuracy.worthwhile) <= ruledOut;
}
