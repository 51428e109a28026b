/** Turns the standings of the cells into one of four verdicts, for the whole and for each route. */
import type { ComparisonPlan } from '../../contracts/comparison-plan.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { questionsNeeded } from '../statistics/power.ts';
import { type Dimension, whole } from './cells.ts';
import type { JudgedCell } from './standings.ts';

export type CellName = { row: string; dimension: Dimension };
/** Questions that a row has, and about how many would decide it. */
export type Need = { row: string; have: number; need: number };

export type Verdict =
  | { kind: 'justified'; wins: CellName[] }
  | { kind: 'not-justified'; because: 'hurts' | 'nothing-to-gain'; hurts: CellName[]; wins: CellName[] }
  | { kind: 'undecided'; because: 'too few questions'; wins: CellName[]; doubts: CellName[]; needs: Need[] }
  | { kind: 'not-comparable'; reasons: string[] };

/**
 * The rules, in this order, over the cells that can block (whole: its own four and each route's accuracy; route: its own
 * four) and those that can win (whole: every cell; route: its own):
 * 1. a blocking cell hurts: not justified;
 * 2. a cell wins and no cell of the row itself is worse beyond its margin, even by chance: justified;
 * 3. no cell wins, and every blocking cell rules a worthwhile gain out: not justified;
 * 4. else undecided.
 */
export function decide(judged: readonly JudgedCell[], row: string, plan: ComparisonPlan): Verdict {
  const own = judged.filter(({ cell }) => cell.row === row);
  const blocking =
    row === whole ? judged.filter(({ cell }) => cell.row === whole || cell.dimension === 'accuracy') : own;
  const able = row === whole ? judged : own;
  const named = (cells: readonly JudgedCell[], standing: string) =>
    cells.filter((each) => each.standing === standing).map(({ cell: { row, dimension } }) => ({ row, dimension }));
  const [wins, hurts, doubts] = [named(able, 'win'), named(blocking, 'hurt'), named(own, 'worse')];
  if (hurts.length > 0) return { kind: 'not-justified', because: 'hurts', hurts, wins };
  if (wins.length > 0 && doubts.length === 0) return { kind: 'justified', wins };
  if (wins.length === 0 && blocking.every(({ gainRuledOut }) => gainRuledOut))
    return { kind: 'not-justified', because: 'nothing-to-gain', hurts, wins };
  return { kind: 'undecided', because: 'too few questions', wins, doubts, needs: needsOf(blocking, plan) };
}

/** By the accuracy cells: they need the most questions. */
function needsOf(judged: readonly JudgedCell[], plan: ComparisonPlan): Need[] {
  const cells = judged.filter(({ cell }) => cell.dimension === 'accuracy');
  const alpha = plan.alpha / Math.max(1, 2 * cells.length);
  return cells.map(({ cell: { row, n, sd, gain, margin, worthwhile }, standing }) => {
    // Where all came out alike, one question of each arm more that differs is assumed.
    const spread = Math.max(sd, Math.sqrt(2 / (n + 1)));
    const advised = questionsNeeded(worthwhile, spread, { alpha, power: plan.power });
    const toRuleOut = gain < worthwhile ? ((normalQuantile(0.95) * spread) / (worthwhile - gain)) ** 2 : Infinity;
    const toWin = gain > 0 && gain >= margin ? ((normalQuantile(1 - alpha) * spread) / gain) ** 2 : Infinity;
    const settled = standing === 'win' || standing === 'nothing-to-gain';
    return { row, have: n, need: settled ? n : Math.max(advised, Math.ceil(Math.min(toRuleOut, toWin)), n + 1) };
  });
}
