/** What surfaces call the drafts that they show while they are written. */
import type { DraftEvent } from '../../contracts/draft-stream.ts';
import { printableLine } from '../../lib/printable.ts';

export const elsewhereText = 'drafts are not shown while they are written: the worker is on another machine';

/**
 * `draft code 1/2`: the specialist, and which of its tries it is.
 * @param tries how many there may be; left out where that is not known
 */
export function draftName({ stage, specialist = '', try: number = 1, replayed }: DraftEvent, tries?: number): string {
  const of = tries === undefined ? '' : `/${tries}`;
  const name = stage === 'synthesis' ? 'draft synthesis' : `draft ${printableLine(specialist)} ${number}${of}`;
  return replayed === true ? `${name}, from the journal` : name;
}
