/** Checks citations on the way to a model's call, or after it, in the same activity. */
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import { type Cited, checkCitations } from '../check-citations.ts';
import type { ActivityContext } from '../context.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/**
 * The checked citations, which the workflow gets with whatever comes of the activity.
 * @returns null where they could not be checked: the workflow has that done by itself, so that it spends no attempt of
 * the model's call. @throws the cancellation
 */
export async function checkOnTheWay(
  deps: Pick<ActivityDependencies, 'retrieval'>,
  context: ActivityContext,
  snapshot: SnapshotRef,
  cited: Cited,
): Promise<CheckedCitation[] | null> {
  const about = { key: 'verify-citations', name: 'verify-citations', type: 'evaluator' } as const;
  try {
    const { value: citations } = await context.part(about, async (signal) => {
      await deps.retrieval.ensure(snapshot, signal);
      return { value: await checkCitations(deps, snapshot, cited, signal) };
    });
    context.keep({ citations });
    return citations;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return null;
  }
}
