/** The decision first, in words for somebody who reads nothing else. */
import { whole } from '../comparison/cells.ts';
import type { Comparison } from '../comparison/compare-arms.ts';
import type { CellName, Verdict } from '../comparison/verdict.ts';
import { verdictSentence } from '../rendering/comparison-rows.ts';

export type Decision = { answer: string; because: string };

export function decisionOf({ verdict, baseline, candidate }: Comparison): Decision {
  const [one, other] = [baseline.arm, candidate.arm];
  switch (verdict.kind) {
    case 'justified':
      return {
        answer: 'Yes: justified.',
        because: `${other} wins ${named(verdict.wins)} over ${one}, and loses nothing.`,
      };
    case 'not-justified':
      return { answer: 'No: not justified.', because: whyNot(verdict, one, other) };
    case 'undecided': {
      const wins = verdict.wins.length === 0 ? '' : ` It wins ${named(verdict.wins)}.`;
      const doubts = verdict.doubts.length === 0 ? '' : ` It may be worse in ${named(verdict.doubts)}.`;
      const because = `${other} is not shown to be better than ${one}, nor is a worthwhile gain ruled out.`;
      return { answer: 'Undecided: too few questions.', because: `${because}${wins}${doubts}` };
    }
    case 'not-comparable':
      return { answer: 'No verdict: the arms cannot be compared.', because: `${verdict.reasons.join('; ')}.` };
    default:
      return verdict satisfies never;
  }
}

/** The verdict without how many questions it would take. */
export function briefVerdict(verdict: Verdict): string {
  return verdictSentence(verdict.kind === 'undecided' ? { ...verdict, needs: [] } : verdict);
}

function whyNot({ because, hurts, wins }: Verdict & { kind: 'not-justified' }, one: string, other: string): string {
  if (because === 'nothing-to-gain') return `That ${other} is worth its while over ${one} is ruled out in every cell.`;
  return `${other} is worse than ${one} in ${named(hurts)}${wins.length === 0 ? '' : `, though it wins ${named(wins)}`}.`;
}

/** `accuracy`, or `accuracy on docs`. */
function named(cells: readonly CellName[]): string {
  return cells.map(({ row, dimension }) => (row === whole ? dimension : `${dimension} on ${row}`)).join(', ');
}
