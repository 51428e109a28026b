/** Prints what is indexed on this machine. */
import { indexStatus, type StoredIndex } from '../../retrieval/index/index-status.ts';
import { exitCodes } from '../exit-codes.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { readSettings } from '../../application/read-settings.ts';

export function showIndexes(json: boolean): number {
  const indexes = indexStatus(readSettings().indexDirectory);
  for (const index of indexes) {
    if (json) printJson(index, { 'snapshots.skipped': 'map' });
    else print(textOf(index));
  }
  if (indexes.length === 0) note('nothing is indexed yet: switchyard index --repo FOLDER');
  return exitCodes.worked;
}

function textOf({ repository, state, bytes, chunks, unparsed, embedded, snapshots }: StoredIndex): string {
  const failed = unparsed > 0 ? `, ${unparsed} files cut by lines because they could not be parsed` : '';
  const vectors = embedded.map((one) => `, ${one.chunks} of them embedded by ${printableLine(one.model)}`);
  const head = `${repository}: ${state}, ${(bytes / 1e6).toFixed(1)} MB, ${chunks} chunks${failed}${vectors.join('')}`;
  const rows = snapshots.map((one) => {
    const skipped = Object.entries(one.skipped).map(([reason, count]) => `${count} ${reason}`);
    const left = skipped.length > 0 ? ` (left out: ${skipped.join(', ')})` : '';
    return printableLine(
      `  ${one.id.slice(0, 12)} ${one.state}${one.failure === null ? '' : ` (${one.failure})`}: ${one.label}, ${one.files} files${left}`,
    );
  });
  return [head, ...rows].join('\n');
}
