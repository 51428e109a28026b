/** What is said of a turn beside its answer: as what its question was read, and which lines cited before are no longer so. */
import type { AnswerState } from '../../contracts/run.ts';
import type { CheckedPlace } from '../../contracts/threads/thread.ts';
import { printableLine } from '../../lib/printable.ts';

type OfThread = Pick<AnswerState, 'standalone_question' | 'thread'>;

/** Null where the question was taken as it was asked, and that is all there is to say. */
export function readAs({ standalone_question: standalone, thread }: OfThread): string | null {
  if (standalone !== undefined) return `read as: ${printableLine(standalone)}`;
  const { kind, reason = '' } = thread?.rewriting ?? {};
  return kind === 'failed' ? `taken as it was asked: ${printableLine(reason)}` : null;
}

/** One line for each place that was cited before and does not stand as it did. */
export function changedPlaces({ thread }: Pick<OfThread, 'thread'>): string[] {
  return (thread?.places ?? []).flatMap((place) => {
    const said = changeOf(place);
    return said === null ? [] : [`${linesOf(place.path, place.was ?? place)} ${said}`];
  });
}

function changeOf({ path, status, firstLine, lastLine }: CheckedPlace): string | null {
  if (status === 'moved') return `is now at ${linesOf(path, { firstLine, lastLine })}`;
  if (status === 'changed') return 'has changed: the words that were cited are no longer in the file';
  return status === 'gone' ? 'is gone: there is no such file any more' : null;
}

function linesOf(path: string, { firstLine, lastLine }: { firstLine: number; lastLine: number }): string {
  return `${printableLine(path)}:${firstLine}${lastLine === firstLine ? '' : `-${lastLine}`}`;
}
