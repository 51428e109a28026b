/** Plain Temporal code: each of the eight steps is an activity, the conversation travels as payloads. */
import { proxyActivities } from '@temporalio/workflow';
import { answer, type Steps } from '../conversation.ts';
import type { Answer } from '../pipeline.ts';

const activities = proxyActivities<Steps>({ startToCloseTimeout: '60s', retry: { maximumAttempts: 5 } });

export function plain(run: string, question: string): Promise<Answer> {
  return answer(run, question, activities, (_name, step) => step());
}
