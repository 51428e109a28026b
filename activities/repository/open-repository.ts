/** Pins the repository: from here on the run reads our copy, whatever happens to the original. */
import type { ActivityResult } from '../../contracts/trace.ts';
import type { OpenedRepository, OpenRepositoryInput } from '../../contracts/agent-calls.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { inFrame } from '../context.ts';

export const openRepository =
  (needs: ActivityDependencies) =>
  ({ repository }: OpenRepositoryInput): Promise<ActivityResult<OpenedRepository>> =>
    inFrame({ name: 'open-repository', type: 'span' }, async (frame) => {
      const snapshot = await needs.retrieval.open(repository, { signal: frame.signal });
      const traceLink = await needs.traces.sink.linkTemplate();
      const result = { snapshot, searchAttributes: [...needs.searchAttributes], traceLink };
      return { result, usage: null };
    });
