/** Tells which calls of a run a fork would find the reply of, as far as the journal and the models of this worker say. */
import type { KeptReplies, LookForRepliesInput } from '../../contracts/reuse.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import { replyKind } from '../../models/journal-entry.ts';
import { runActivity } from '../context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { endpointHash } from './forked-replies.ts';

type Deps = Pick<ActivityDependencies, 'earlierRuns' | 'endpoint' | 'modelByRole'>;

const limits = { attempts: 3, totalSeconds: 60, timedOut: 'ToolTimedOut' } as const;

export const findReplies =
  ({ earlierRuns, endpoint, modelByRole }: Deps) =>
  ({ runs, calls }: LookForRepliesInput): Promise<ActivityResult<KeptReplies>> =>
    runActivity({ name: 'find-replies', type: 'span', limits }, async () => {
      const entries = (await Promise.all(runs.map((run) => earlierRuns.entries(replyKind, run)))).flat();
      const byCall = Map.groupBy(entries, ({ key }) => key.callKey);
      const now = endpointHash(endpoint);
      const kept = calls.map(({ key, role, model }) => {
        const found = byCall.get(key) ?? [];
        const asked = model ?? modelByRole[role];
        // What an earlier version has kept does not say which model it asked.
        const isSame = ({ about }: (typeof found)[number]) =>
          about === undefined || (about.model === asked && about.endpoint === now);
        const state = found.length === 0 ? 'gone' : found.some(isSame) ? 'kept' : 'other-model';
        return [key, state] as const;
      });
      return { result: Object.fromEntries(kept), usage: null };
    });
