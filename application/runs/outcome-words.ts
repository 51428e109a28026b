/** How a run ended, in the words that every surface says it with. */
import type { CheckedCitation } from '../../contracts/evidence.ts';
import { failurePage } from '../../contracts/failures.ts';
import type { AnswerOutcome, BudgetLimit, RunFailure } from '../../contracts/run.ts';
import { shownDocument } from '../../lib/own-files.ts';
import { printableLine } from '../../lib/printable.ts';

/** The line that stands wherever the offline model's words are shown. */
export const offlineNotice = 'answered by the offline model, which is not a language model';

/** What the ending means; null for a plain answer. */
export function headlineOf(outcome: AnswerOutcome): string | null {
  switch (outcome.kind) {
    case 'answered':
      return null;
    case 'insufficient-evidence':
      return 'insufficient-evidence: the repository does not say enough to answer this.';
    case 'retries-exhausted':
      return `retries-exhausted: ${outcome.state.final_answer === null ? 'no try gave an answer' : 'no draft was good enough; this is the best one'}. ${outcome.reasons.map(printableLine).join(' ')}`.trim();
    case 'budget-spent':
      return `budget-spent: the limit on ${limitWords[outcome.limit].what} was reached, and ${byThen(outcome)}. ${remedyOf(outcome.limit)}`;
    case 'unavailable':
      return `unavailable: ${outcome.failure.kind}: ${failureText(outcome.failure)}`;
    case 'cancelled':
      return `cancelled: ${byThen(outcome)}.`;
    default:
      return outcome satisfies never;
  }
}

const limitWords = {
  modelCalls: { what: 'model calls', option: '--max-model-calls' },
  tokens: { what: 'tokens', option: '--max-tokens' },
  costUsd: { what: 'cost', option: '--max-cost-usd' },
  wallClockSeconds: { what: 'time', option: '--max-seconds' },
  history: { what: 'events of one run', option: null },
} as const satisfies Record<BudgetLimit, { what: string; option: string | null }>;

function remedyOf(limit: BudgetLimit): string {
  const { option } = limitWords[limit];
  if (option === null)
    return 'Nothing raises it; fewer tool calls that are steps of their own, and fewer waits, keep below it.';
  return `${option} raises it, and so does budget.${limit} in a pipeline file.`;
}

function byThen({ state }: AnswerOutcome): string {
  return (state.final_answer ?? '').trim() === '' && state.evidence.length === 0
    ? 'nothing was found by then'
    : 'this is what there was by then';
}

/** `path:first-last`, or `path:line` for a single line; of a notebook with its cell, whose lines an editor does not number. */
export function placeText({
  path,
  firstLine,
  lastLine,
  cell,
}: Pick<CheckedCitation, 'path' | 'firstLine' | 'lastLine' | 'cell'>): string {
  const lines = `${firstLine}${lastLine === firstLine ? '' : `-${lastLine}`}`;
  return `${printableLine(path)}:${lines}${cell === undefined ? '' : ` (cell ${cell})`}`;
}

/** What happened, where to look and the page that tells more, each said once. */
export function failureText({ kind, message, setting }: RunFailure): string {
  const text = printableLine(message);
  const look = setting === null || text.includes(setting) ? '' : ` (look at ${setting})`;
  return `${text}${look}; see ${shownDocument(failurePage(kind))}`;
}
