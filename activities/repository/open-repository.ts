/** Pins the repository: from here on the run reads our copy, whatever happens to the original. */
import type { ActivityResult } from '../../contracts/trace.ts';
import type { OpenedRepository, OpenRepositoryInput } from '../../contracts/agent-calls.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { runActivity } from '../context.ts';

export const openRepository =
  (deps: ActivityDependencies) =>
  ({ repository }: OpenRepositoryInput): Promise<ActivityResult<OpenedRepository>> =>
    runActivity({ name: 'open-repository', type: 'span' }, async (context) => {
      const snapshot = await deps.retrieval.open(repository, { signal: context.signal });
      const traceLink = await deps.traces.sink.linkTemplate();
      const result = { snapshot, searchAttributes: [...deps.searchAttributes], traceLink };
      return { result, usage: null };
    });
