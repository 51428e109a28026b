/** Checks the citations of a stored draft or synthesis against the snapshot. */
import { z } from 'zod';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { VerifyInput } from '../../contracts/agent-calls.ts';
import { type CheckedCitation, Citation } from '../../contracts/evidence.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { runActivity } from '../context.ts';

const Cited = z.object({ citations: z.array(Citation) });

export const verifyCitations =
  (deps: ActivityDependencies) =>
  ({ snapshot, content }: VerifyInput): Promise<ActivityResult<CheckedCitation[]>> =>
    runActivity({ name: 'verify-citations', type: 'evaluator' }, async (context) => {
      const { citations } = Cited.parse(JSON.parse(await deps.content.get(content)));
      await deps.retrieval.ensure(snapshot, context.signal);
      return { result: await deps.retrieval.checkCitations(snapshot, citations, context.signal), usage: null };
    });
