/** Puts what a run asks into words: what is to be decided, the choices, and what happens where nobody decides. */
import type { DecisionRequest } from '../../contracts/decision.ts';
import { printable, printableLine } from '../../lib/printable.ts';
import { placeText } from '../../application/runs/outcome-words.ts';

/** Lines without a closing line end. */
export function requestText(request: DecisionRequest): string {
  const { asked, choices, draft } = request;
  const width = Math.max(...choices.map(({ choice }) => choice.length));
  return [
    printableLine(asked),
    ...(draft === undefined ? [] : ['', indented(printable(draft.answer)), ...draft.citations.map(citationText), '']),
    ...choices.map(({ choice, meaning }) => `  ${printableLine(choice).padEnd(width)}  ${printableLine(meaning)}`),
    defaultText(request),
  ].join('\n');
}

export function defaultText({ default: { decision, at } }: DecisionRequest): string {
  return `  ${printableLine(decision)} is taken at ${minuteOf(at)} where nobody decides`;
}

/** `2026-11-30 12:03 UTC`. */
export const minuteOf = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  | ${line}`.trimEnd())
    .join('\n');

const citationText = (citation: NonNullable<DecisionRequest['draft']>['citations'][number]): string =>
  `  | ${placeText(citation)}  ${citation.status}`;
