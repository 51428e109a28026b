/** Plain Temporal code with as few activities as there are model calls: the floor of this design on Temporal. */
import { proxyActivities } from '@temporalio/workflow';
import { opening } from '../conversation.ts';
import type { Answer, ToolTurn } from '../pipeline.ts';
import type * as steps from './fused-steps.ts';

const activities = proxyActivities<typeof steps>({ startToCloseTimeout: '60s', retry: { maximumAttempts: 5 } });

export async function fused(run: string, question: string): Promise<Answer> {
  const route = await activities.route(run, question);
  let messages = opening(question);
  let pending: ToolTurn | null = null;
  for (;;) {
    const said: steps.FusedTurn = await activities.fusedTurn(run, messages, pending);
    messages = said.messages;
    if (said.next.kind === 'draft')
      return { route, answer: said.next.text, ...(await activities.review(run, question, said.next.text)) };
    pending = said.next;
  }
}
