/** How many questions would decide a row, before anything was asked and after: one rule for preview, verdict, report and memo. */
import type { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { detectableDifference, expectedSd, questionsNeeded } from '../statistics/power.ts';
import { whole } from './cells.ts';
import type { JudgedCell } from './standings.ts';

/** Questions that a row has, and about how many would decide it. */
export type Need = {
  row: string;
  have: number;
  /** As many as it has where it is decided. */
  need: number;
  /** The smallest difference of accuracy that `have` questions find with the plan's power; null: none that there can be. */
  detects: number | null;
  worthwhile: number;
};

/** Of every row, by its accuracy cell, which needs the most questions. */
export function questionNeeds(judged: readonly JudgedCell[], plan: ComparisonPlan): Need[] {
  const cells = judged.filter(({ cell }) => cell.dimension === 'accuracy');
  const chances = chancesOf(cells.length, plan);
  return cells.map(({ cell: { row, n, sd, gain, margin, worthwhile }, standing }) => {
    // Where all came out alike, one question of each variant more that differs is assumed.
    const spread = Math.max(sd, Math.sqrt(2 / (n + 1)));
    const advised = questionsNeeded(worthwhile, spread, chances);
    const toRuleOut = gain < worthwhile ? ((normalQuantile(0.95) * spread) / (worthwhile - gain)) ** 2 : Infinity;
    const toShow = gain > 0 && gain >= margin ? ((normalQuantile(1 - chances.alpha) * spread) / gain) ** 2 : Infinity;
    const settled = standing === 'better' || standing === 'worse' || standing === 'no worthwhile gain';
    const more = Math.max(advised, Math.ceil(Math.min(toRuleOut, toShow)), plan.minQuestions, n + 1);
    return { row, have: n, need: settled ? n : more, detects: detectsOf(n, spread, chances), worthwhile };
  });
}

/** Before anything was asked: two variants of like quality are assumed. @param routes questions by expected route */
export function expectedNeeds(
  routes: ReadonlyMap<string, number>,
  { plan, trials }: { plan: ComparisonPlan; trials: number },
): Need[] {
  const all = [...routes.values()].reduce((sum, count) => sum + count, 0);
  const rows: [string, number][] = [[whole, all], ...(routes.size > 1 ? routes : [])];
  const [chances, spread] = [chancesOf(rows.length, plan), expectedSd(trials)];
  return rows.map(([row, have]) => {
    const worthwhile = row === whole ? plan.worthwhile.accuracy : plan.worthwhile.route;
    const need = Math.max(questionsNeeded(worthwhile, spread, chances), plan.minQuestions);
    return { row, have, need, detects: detectsOf(have, spread, chances), worthwhile };
  });
}

/** Each row's accuracy may be a gain or a harm, and they share the plan's alpha. */
function chancesOf(rows: number, { alpha, power }: ComparisonPlan) {
  return { alpha: alpha / Math.max(1, 2 * rows), power };
}

function detectsOf(questions: number, spread: number, chances: { alpha: number; power: number }): number | null {
  const difference = detectableDifference(questions, spread, chances);
  return difference > 1 ? null : difference;
}
