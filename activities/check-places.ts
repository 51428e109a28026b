/** Looks at the places that earlier answers of a thread cited, as they stand in the snapshot of this turn. */
import type { CarriedPlace, CheckedPlace } from '../contracts/threads/thread.ts';
import type { CheckedPlaces, CheckPlacesInput } from '../contracts/threads/calls.ts';
import type { CheckedCitation } from '../contracts/evidence.ts';
import type { ActivityResult } from '../contracts/trace.ts';
import type { AttemptLimits } from './attempts.ts';
import { runActivity } from './context.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** A turn does without them rather than wait long. */
const limits: AttemptLimits = { attempts: 2, totalSeconds: 120, timedOut: 'CitationCheckTimedOut' };

export const checkPlaces =
  (deps: ActivityDependencies) =>
  ({ snapshot, places }: CheckPlacesInput): Promise<ActivityResult<CheckedPlaces>> =>
    runActivity({ name: 'check-places', type: 'evaluator', limits }, async ({ signal }) => {
      await deps.retrieval.ensure(snapshot, signal);
      const cited = places.map(({ path, firstLine, lastLine, quote }) => ({ path, firstLine, lastLine, quote }));
      const checked = await deps.retrieval.checkCitations(snapshot, cited, signal);
      const result = places.map((place, at) => placeNow(place, snapshot.id, checked[at]));
      return { result, usage: null };
    });

function placeNow(place: CarriedPlace, snapshot: string, now: CheckedCitation | undefined): CheckedPlace {
  if (now === undefined) return { ...place, status: 'unchecked' };
  const { status, blob, path, firstLine, lastLine } = now;
  if (status === 'unresolved') return { ...place, status: blob === null ? 'gone' : 'changed' };
  const here = { ...place, path, firstLine, lastLine, snapshot };
  if (firstLine === place.firstLine && lastLine === place.lastLine) return { ...here, status: 'same' };
  return { ...here, status: 'moved', was: { firstLine: place.firstLine, lastLine: place.lastLine } };
}
