/** What a counterfactual did not have to pay: runs that were known, and calls that forks of them have taken. */
import type { RunLogRecord } from '../../../contracts/run-log.ts';
import { paidOf } from '../../../contracts/usage-sum.ts';
import { addReuse, noReuse, reuseOf } from '../../../harness/reused-replies.ts';
import { countText } from '../../../application/words/run-words.ts';
import type { PlannedCounterfactual } from './plan-counterfactual.ts';

/** `known`: calls of runs on the taken route, which were not run again; the others are of runs that were. */
export type CallsSaved = {
  variant: string;
  runs: number;
  known: number;
  taken: number;
  paid: number;
  paidTokens: number;
};

/** A row for each route, and the last for all of them. */
export function callsSaved(
  { manifest, carried }: PlannedCounterfactual,
  records: readonly RunLogRecord[],
): CallsSaved[] {
  const nameOf = ({ variant, question_id, trial }: RunLogRecord) => JSON.stringify([variant, question_id, trial]);
  const known = new Set(carried.map(nameOf));
  const row = (variant: string, of: readonly RunLogRecord[]): CallsSaved => {
    const sum = (which: readonly RunLogRecord[]) => which.map(reuseOf).reduce(addReuse, noReuse).usage;
    const run = sum(of.filter((record) => !known.has(nameOf(record))));
    const { modelCalls, tokens } = paidOf(run);
    return {
      ...{ variant, runs: of.length, known: sum(of.filter((record) => known.has(nameOf(record)))).modelCalls },
      ...{ taken: run.reused?.modelCalls ?? 0, paid: modelCalls, paidTokens: tokens },
    };
  };
  const rows = manifest.variants.map(({ name }) =>
    row(
      name,
      records.filter(({ variant }) => variant === name),
    ),
  );
  return [...rows, row('in all', records)];
}

export function savedText(rows: readonly CallsSaved[]): string {
  const heads = ['runs', 'known', 'taken', 'paid', 'tokens paid'];
  const cells = rows.map(({ variant, runs, known, taken, paid, paidTokens }) => [
    variant,
    ...[runs, known, taken, paid, paidTokens].map(countText),
  ]);
  const table = [['model calls', ...heads], ...cells];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((line) => line[at]?.length ?? 0))) ?? [];
  const lines = table.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart((widths[at] ?? 0) + 2))).join(''),
  );
  return [...lines, 'known: of runs on the taken route, not run again; taken: from those runs, by forks'].join('\n');
}
