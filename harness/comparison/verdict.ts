/** Turns the standings of the cells into one of four verdicts, for the whole and for each route. */
import type { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { type Dimension, whole } from './cells.ts';
import { type Need, questionNeeds } from './question-needs.ts';
import type { JudgedCell } from './standings.ts';

export type CellName = { row: string; dimension: Dimension };
export type Verdict =
  | { kind: 'justified'; better: CellName[] }
  | { kind: 'not-justified'; because: 'worse' | 'no worthwhile gain'; worse: CellName[]; better: CellName[] }
  | { kind: 'undecided'; because: 'too few questions'; better: CellName[]; harmOpen: CellName[]; needs: Need[] }
  | { kind: 'not-comparable'; reasons: string[] };

/**
 * The rules, in this order, over the cells that can block (whole: its own four and each route's accuracy; route: its own
 * four) and those that can gain (whole: every cell; route: its own):
 * 1. a blocking cell is worse: not justified;
 * 2. a cell is better, and in no cell of the row itself is harm open: justified;
 * 3. no cell is better, and every blocking cell rules a worthwhile gain out: not justified;
 * 4. else undecided.
 */
export function decide(judged: readonly JudgedCell[], row: string, plan: ComparisonPlan): Verdict {
  const own = judged.filter(({ cell }) => cell.row === row);
  const blocking =
    row === whole ? judged.filter(({ cell }) => cell.row === whole || cell.dimension === 'accuracy') : own;
  const able = row === whole ? judged : own;
  const better = named(able.filter(({ standing }) => standing === 'better'));
  const worse = named(blocking.filter(({ standing }) => standing === 'worse'));
  const harmOpen = named(own.filter((each) => each.harmOpen));
  if (worse.length > 0) return { kind: 'not-justified', because: 'worse', worse, better };
  if (better.length > 0 && harmOpen.length === 0) return { kind: 'justified', better };
  if (better.length === 0 && blocking.every(({ gainRuledOut }) => gainRuledOut))
    return { kind: 'not-justified', because: 'no worthwhile gain', worse, better };
  const needs = questionNeeds(judged, plan).filter((need) => row === whole || need.row === row);
  return { kind: 'undecided', because: 'too few questions', better, harmOpen, needs };
}

function named(judged: readonly JudgedCell[]): CellName[] {
  return judged.map(({ cell: { row, dimension } }) => ({ row, dimension }));
}
