/** Checks the citations of a stored draft or synthesis against the snapshot. */
import { z } from 'zod';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { VerifyInput } from '../../contracts/agent-calls.ts';
import { type CheckedCitation, Citation } from '../../contracts/evidence.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { inFrame } from '../context.ts';

const Cited = z.object({ citations: z.array(Citation) });

export const verifyCitations =
  (needs: ActivityDependencies) =>
  ({ snapshot, content }: VerifyInput): Promise<ActivityResult<CheckedCitation[]>> =>
    inFrame({ name: 'verify-citations', type: 'evaluator' }, async (frame) => {
      const { citations } = Cited.parse(JSON.parse(await needs.content.get(content)));
      await needs.retrieval.ensure(snapshot, frame.signal);
      return { result: await needs.retrieval.checkCitations(snapshot, citations, frame.signal), usage: null };
    });
