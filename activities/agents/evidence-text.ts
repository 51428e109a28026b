/** Shows cited places to the agents that review drafts, in the tools' own rendering. */
import type { CheckedCitation, Evidence } from '../../contracts/evidence.ts';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { Frame } from '../context.ts';

/** Only citations that hold are shown: an invented one proves nothing. */
export async function citedEvidence(
  needs: Pick<ActivityDependencies, 'retrieval'>,
  frame: Frame,
  snapshot: SnapshotRef,
  citations: readonly CheckedCitation[],
): Promise<string> {
  const places = citations.flatMap(({ path, firstLine, lastLine, blob }): Evidence[] =>
    blob === null ? [] : [{ path, firstLine, lastLine, blob }],
  );
  if (places.length === 0) return 'note: no citation holds';
  await needs.retrieval.ensure(snapshot, frame.signal);
  return needs.retrieval.render(snapshot, places, frame.signal);
}
