/** Shows cited places to the agents that review drafts, in the tools' own rendering. */
import type { CheckedCitation, Evidence } from '../../contracts/evidence.ts';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { ActivityContext } from '../context.ts';

/**
 * Only citations that hold are shown: an invented one proves nothing. Of foreign tools it is said that they are cited, since
 * nobody can show what they said as lines.
 */
export async function citedEvidence(
  deps: Pick<ActivityDependencies, 'retrieval'>,
  context: ActivityContext,
  snapshot: SnapshotRef,
  citations: readonly CheckedCitation[],
): Promise<string> {
  const places = citations.flatMap(({ path, firstLine, lastLine, blob }): Evidence[] =>
    blob === null ? [] : [{ path, firstLine, lastLine, blob }],
  );
  const foreign = [...new Set(citations.filter((citation) => citation.foreign === true).map(({ path }) => path))];
  const notes = foreign.map((tool) => `note: ${tool}, a foreign tool, is cited too: nobody has verified what it said`);
  if (places.length === 0) return ['note: no citation holds', ...notes].join('\n');
  await deps.retrieval.ensure(snapshot, context.signal);
  return [await deps.retrieval.render(snapshot, places, context.signal), ...notes].join('\n');
}
