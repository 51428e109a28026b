/** The decision first, in words for somebody who reads nothing else. */
import { whole } from '../comparison/cells.ts';
import type { Comparison } from '../comparison/compare-variants.ts';
import type { CellName, Verdict } from '../comparison/verdict.ts';
import { verdictSentence } from '../rendering/comparison-rows.ts';

export type Decision = { answer: string; because: string };

export function decisionOf({ verdict, baseline, candidate }: Comparison): Decision {
  const [one, other] = [baseline.variant, candidate.variant];
  switch (verdict.kind) {
    case 'justified':
      return {
        answer: 'Yes: justified.',
        because: `${other} is better than ${one} in ${named(verdict.better)}, and worse in nothing.`,
      };
    case 'not-justified':
      return { answer: 'No: not justified.', because: whyNot(verdict, one, other) };
    case 'undecided': {
      const [better, open] = [named(verdict.better), named(verdict.harmOpen)];
      const shown = `${other} is ${better === '' ? 'not shown to be better' : 'better'} than ${one}`;
      const gain = better === '' ? ', nor is a worthwhile gain ruled out in every cell.' : ` in ${better}.`;
      const because = `${shown}${gain}${open === '' ? '' : ` Harm is open in ${open}.`}`;
      return { answer: 'Undecided: too few questions.', because };
    }
    case 'not-comparable':
      return { answer: 'No verdict: the variants cannot be compared.', because: `${verdict.reasons.join('; ')}.` };
    default:
      return verdict satisfies never;
  }
}

/** The verdict without how many questions it would take. */
export function briefVerdict(verdict: Verdict): string {
  return verdictSentence(verdict.kind === 'undecided' ? { ...verdict, needs: [] } : verdict);
}

function whyNot({ because, worse, better }: Verdict & { kind: 'not-justified' }, one: string, other: string): string {
  if (because === 'no worthwhile gain') return `${other} has no worthwhile gain over ${one} in any cell.`;
  return `${other} is worse than ${one} in ${named(worse)}${better.length === 0 ? '' : `, though better in ${named(better)}`}.`;
}

/** `accuracy`, or `accuracy on docs`. */
function named(cells: readonly CellName[]): string {
  return cells.map(({ row, dimension }) => (row === whole ? dimension : `${dimension} on ${row}`)).join(', ');
}
