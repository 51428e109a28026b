/** Tells which files of a repository are not searchable, and how to have those that are left out on purpose. */
import type { LeftOut, Snapshot } from '../../contracts/snapshot.ts';
import { note } from '../terminal/output.ts';
import { wrapText } from '../terminal/wrap-text.ts';

/** A line for each reason, with some names; empty where nothing is left out. */
export function leftOutText(leftOut: readonly LeftOut[], columns: number): string {
  const lines = leftOut.map(({ reason, count, examples }) => {
    const more = count > examples.length ? ` and ${count - examples.length} more` : '';
    return wrapText(`  ${count} ${reason}: ${examples.join(', ')}${more}`, columns);
  });
  return lines.length === 0 ? '' : ['left out:', ...lines].join('\n');
}

const namedSecrets = 3;

/** On stderr, where files with secrets are left out. */
export function noteSecrets({ leftOut = [] }: Pick<Snapshot, 'leftOut'>): void {
  const secret = leftOut.find(({ reason }) => reason === 'secret');
  if (secret === undefined) return;
  const { count, examples } = secret;
  const named = examples.slice(0, namedSecrets).join(', ');
  const more = count > namedSecrets ? ` and ${count - namedSecrets} more` : '';
  const files = count === 1 ? 'a file that is known to hold secrets' : `${count} files that are known to hold secrets`;
  note(`left out ${files}: ${named}${more} (--include-secrets reads ${count === 1 ? 'it' : 'them'})`);
}
