/** Tells whether places lie in a question's gold. */
import type { GoldEvidence } from '../../contracts/dataset.ts';
import type { LoggedCitation } from '../../contracts/run-log.ts';

export function inGold({ paths }: GoldEvidence, path: string): boolean {
  const plain = path.replace(/^\.\//, '');
  return paths.some((gold) => (gold.endsWith('/') ? plain.startsWith(gold) : plain === gold));
}

/** Two places of one file overlap; a place without lines is the whole file. */
export function overlap(a: Lines, b: Lines): boolean {
  if (a.firstLine === null || b.firstLine === null) return true;
  return a.firstLine <= (b.lastLine ?? b.firstLine) && b.firstLine <= (a.lastLine ?? a.firstLine);
}

type Lines = Pick<LoggedCitation, 'firstLine' | 'lastLine'>;
