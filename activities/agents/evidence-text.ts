/** Shows cited places to the agents that review drafts, in the tools' own rendering. */
import type { CheckedCitation, Evidence } from '../../contracts/evidence.ts';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { ActivityContext } from '../context.ts';

/** Only citations that hold are shown: an invented one proves nothing. */
export async function citedEvidence(
  deps: Pick<ActivityDependencies, 'retrieval'>,
  context: ActivityContext,
  snapshot: SnapshotRef,
  citations: readonly CheckedCitation[],
): Promise<string> {
  const places = citations.flatMap(({ path, firstLine, lastLine, blob }): Evidence[] =>
    blob === null ? [] : [{ path, firstLine, lastLine, blob }],
  );
  if (places.length === 0) return 'note: no citation holds';
  await deps.retrieval.ensure(snapshot, context.signal);
  return deps.retrieval.render(snapshot, places, context.signal);
}
