/** Looks which calls of a run have a reply that a fork of it would find: on a worker, which has the journal and the models. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { KeptReplies, LookForRepliesInput } from '../contracts/reuse.ts';
import { validInput } from './input/valid-input.ts';

const { findReplies } = proxyActivities<Pick<Activities, 'findReplies'>>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '60s',
  retry: { initialInterval: '500ms' },
});

/** Looks which calls of a run have a reply that its fork would find. */
export async function lookForReplies(given: LookForRepliesInput): Promise<KeptReplies> {
  const { result } = await findReplies(validInput('lookForReplies', given));
  return result;
}
