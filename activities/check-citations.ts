/** Checks citations against the snapshot; those of foreign tools can only be told apart. */
import type { CheckedCitation, Citation } from '../contracts/evidence.ts';
import type { SnapshotRef } from '../contracts/snapshot.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** `foreignAnswered`: names of foreign tools that have answered in the run; absent: none has. */
export type Cited = { citations: readonly Citation[]; foreignAnswered?: readonly string[] | undefined };

const unverifiable = 'a foreign tool said it: nobody can verify it by its lines';

/**
 * In the order of the citations. One of a foreign tool that has answered is marked as foreign, and stays unresolved whatever
 * the snapshot holds under that path; one of a tool that has not is looked for as a file, and so does not hold.
 * @throws what `Retrieval.checkCitations` does
 */
export async function checkCitations(
  { retrieval }: Pick<ActivityDependencies, 'retrieval'>,
  snapshot: SnapshotRef,
  { citations, foreignAnswered = [] }: Cited,
  signal: AbortSignal,
): Promise<CheckedCitation[]> {
  const isForeign = ({ path }: Citation) => foreignAnswered.includes(path);
  const checked = await retrieval.checkCitations(
    snapshot,
    citations.filter((each) => !isForeign(each)),
    signal,
  );
  return citations.flatMap((citation): CheckedCitation[] => {
    if (!isForeign(citation)) return checked.splice(0, 1);
    return [{ ...citation, blob: null, status: 'unresolved', reason: unverifiable, foreign: true }];
  });
}
