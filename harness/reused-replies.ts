/** What of a run log was not paid by its own benchmark, in words: replies of earlier benchmarks that were used again. */
import type { RunLogRecord } from '../contracts/run-log.ts';
import { addUsage, noUsage, paidOf } from '../contracts/usage-sum.ts';
import type { RenamedModel } from '../contracts/trace.ts';
import type { Usage } from '../contracts/chat.ts';
import { usageOfRecord } from './run-log/logged-state.ts';

/** Of some records together. */
export type Reuse = {
  usage: Usage;
  /** Records with a reply that was used again. */
  reusedRecords: number;
  records: number;
  renamed: RenamedModel[];
};

export const noReuse: Reuse = { usage: noUsage, reusedRecords: 0, records: 0, renamed: [] };

/** What one record says of it; one that does not say what it used counts as paid. */
export function reuseOf(record: RunLogRecord): Reuse {
  const usage = usageOfRecord(record) ?? noUsage;
  const reusedRecords = usage.reused === undefined ? 0 : 1;
  return { usage, reusedRecords, records: 1, renamed: record.renamed_models ?? [] };
}

/** Of both together; each changed name once. */
export function addReuse(one: Reuse, other: Reuse): Reuse {
  const known = new Map([...one.renamed, ...other.renamed].map((each) => [JSON.stringify(each), each]));
  return {
    usage: addUsage(one.usage, other.usage),
    reusedRecords: one.reusedRecords + other.reusedRecords,
    records: one.records + other.records,
    renamed: [...known.values()],
  };
}

/** A sentence each; none where everything was paid. */
export function reuseLines({ usage, reusedRecords, records, renamed }: Reuse): string[] {
  const names = renamed.map(
    ({ asked, before, now }) =>
      `"${asked}" is answered by ${now} now, and was by ${before} before: replies of ${before} that were kept were not used.`,
  );
  const { reused, modelCalls } = usage;
  if (reused === undefined) return names;
  const where = reusedRecords === records ? 'every run' : `${reusedRecords} of ${records} runs`;
  const all = reused.modelCalls === modelCalls ? 'All' : `${reused.modelCalls} of`;
  const first =
    `${all} ${modelCalls} model calls, in ${where}, are replies of earlier benchmarks that were used again: ` +
    `${money(paidOf(usage).costUsd)} was paid, and all of them paid would have cost ${money(usage.costUsd)}. ` +
    'The time of such runs says nothing and is left out.';
  return [first, ...names];
}

function money(costUsd: number | null): string {
  return costUsd === null ? 'an unknown amount' : `$${costUsd === 0 ? '0' : costUsd.toFixed(4)}`;
}
