/** The one word for what the tests of a cell have shown: every table, chart, memo and JSON says it so. */
import type { ComparisonPlan } from '../../contracts/evaluation/comparison-plan.ts';

/**
 * `better` and `worse`: beyond the margin and beyond chance. `accuracy open`: a gain that would be, but a worthwhile loss of
 * accuracy is not ruled out. `no worthwhile gain`: one is ruled out. `too few`: fewer questions than the plan wants. Else `open`.
 */
export type Standing = 'better' | 'worse' | 'accuracy open' | 'no worthwhile gain' | 'too few' | 'open';

/** What the tests of a cell say; nothing else decides on its standing. */
export type Findings = {
  /** As many questions as the plan wants. */
  enough: boolean;
  /** Adjusted p-values of a gain and of a harm, comparable with the plan's alpha; 1 within the margin. */
  pGain: number;
  pHarm: number;
  /** A gain here would not count: a worthwhile loss of accuracy is not ruled out. Never for accuracy itself. */
  accuracyOpen: boolean;
  /** A worthwhile gain is ruled out, whatever the standing. */
  gainRuledOut: boolean;
};

export function standingOf(findings: Findings, { alpha }: Pick<ComparisonPlan, 'alpha'>): Standing {
  const { enough, pGain, pHarm, accuracyOpen, gainRuledOut } = findings;
  if (!enough) return 'too few';
  if (pHarm <= alpha) return 'worse';
  if (pGain <= alpha) return accuracyOpen ? 'accuracy open' : 'better';
  return gainRuledOut ? 'no worthwhile gain' : 'open';
}

/** How a page colours the word; the empty text is no colour. */
export function toneOf(standing: Standing): 'good' | 'bad' | '' {
  return standing === 'better' ? 'good' : standing === 'worse' ? 'bad' : '';
}
