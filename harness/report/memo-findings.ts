/** What the memo concludes from a comparison: what to build first, where runs go wrong, what is cheaper. */
import { whole } from '../comparison/cells.ts';
import type { ComparedCell, Comparison } from '../comparison/compare-variants.ts';
import type { GradedTrial } from '../graded-trial.ts';
import type { Label } from '../labels.ts';

export function cellOf(comparison: Comparison, row: string, dimension: ComparedCell['dimension']): ComparedCell | null {
  return comparison.cells.find((cell) => cell.row === row && cell.dimension === dimension) ?? null;
}

const routeCells = ({ cells }: Comparison) =>
  cells.filter(({ row, dimension }) => row !== whole && dimension === 'accuracy');

/** The route whose specialist adds most right answers to the whole, those shown to be better first; null where no route gains. */
export function firstSpecialist(comparison: Comparison): ComparedCell | null {
  const gaining = routeCells(comparison).filter(({ effect }) => effect > 0);
  const added = ({ effect, n }: ComparedCell) => effect * n;
  const shown = ({ standing }: ComparedCell) => Number(standing === 'better');
  return gaining.toSorted((one, other) => shown(other) - shown(one) || added(other) - added(one))[0] ?? null;
}

export function weakestRoute(comparison: Comparison): ComparedCell | null {
  return routeCells(comparison).toSorted((one, other) => one.baseline - other.baseline)[0] ?? null;
}

/** Routes on which neither variant is shown to be better. */
export function equalRoutes(comparison: Comparison): ComparedCell[] {
  const accuracy = comparison.cells.filter(({ dimension }) => dimension === 'accuracy');
  const rows = accuracy.length === 1 ? accuracy : routeCells(comparison);
  return rows.filter(({ standing }) => standing !== 'better' && standing !== 'worse');
}

export type Trouble = { route: string; runs: number; wrongRoute: number; wasteful: number };

/** Kinds of questions with runs on a wrong route or for nothing, most of them first; at most three. */
export function troublesOf(trials: readonly GradedTrial[]): Trouble[] {
  const byRoute = [...Map.groupBy(trials, ({ expectedRoute }) => expectedRoute ?? 'no route')];
  return byRoute
    .map(([route, some]) => ({
      route,
      runs: some.length,
      wrongRoute: countOf(some, 'wrong_route'),
      wasteful: countOf(some, 'correct_but_wasteful'),
    }))
    .filter(({ wrongRoute, wasteful }) => wrongRoute + wasteful > 0)
    .sort((one, other) => (other.wrongRoute + other.wasteful) / other.runs - (one.wrongRoute + one.wasteful) / one.runs)
    .slice(0, 3);
}

const countOf = (trials: readonly GradedTrial[], label: Label) =>
  trials.filter((trial) => trial.label === label).length;

/** What is tried before a split, by what goes wrong without one. */
const remedies: Partial<Record<Label, string>> = {
  correct_but_wasteful: 'say in the tools’ descriptions what each is for, and lower the turn limit',
  wrong_route: 'make the descriptions of tools for code and for documents tell them apart',
  wrong_tool: 'give the one agent fewer tools, or examples of when to call each',
  retrieval_miss: 'improve the search: an embedding model, a reranker, larger results',
  unsupported_claim: 'let the gate check claims against the cited lines, or add a judge',
  incomplete: 'ask in the prompt for every part of the question, and allow one more try',
  false_abstention: 'allow one more search before giving up, and a stronger model on the retry',
  gave_up: 'raise the budget or the turn limit',
  error: 'fix what failed first: an error is not a matter of routes',
};

export type Remedy = { label: Label; runs: number; of: number; remedy: string };

/** The two most frequent troubles of the baseline on these routes. */
export function remediesFor(baseline: readonly GradedTrial[], routes: readonly string[]): Remedy[] {
  const some = baseline.filter(({ expectedRoute }) => routes.includes(whole) || routes.includes(expectedRoute ?? ''));
  return Object.entries(remedies)
    .map(([label, remedy]) => ({ label: label as Label, runs: countOf(some, label as Label), of: some.length, remedy }))
    .filter(({ runs }) => runs > 0)
    .sort((one, other) => other.runs - one.runs)
    .slice(0, 2);
}
