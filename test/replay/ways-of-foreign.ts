/** Questions whose specialists call tools of a foreign server: one that reads, one that a person approves, one that nobody does. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Decision, DecisionRequest } from '../../contracts/decision.ts';
import { pipeline } from '../support/scene.ts';
import { calls, goodDraft, says } from '../support/team.ts';
import { until } from '../support/until.ts';
import type { Way } from './ways.ts';

const cited = { path: 'mcp:shop/search', first_line: 1, last_line: 1, quote: 'kettles boil' };
const draft = { ...goodDraft, citations: [...goodDraft.citations, cited] };

const withShop = (decisions: Record<string, unknown>) =>
  pipeline({
    router: null,
    specialists: [
      {
        name: 'code',
        purpose: 'code',
        prompt: 'You are code.',
        tools: ['search_code', 'mcp:shop/search', 'mcp:shop/order', 'mcp:shop/nothing'],
      },
    ],
    foreignTools: { 'mcp:shop/order': { effects: true } },
    decisions,
  });

const asks: Way['team'] = {
  specialist: ({ turn }) =>
    turn === 0
      ? calls(
          ['mcp__shop__order', { query: 'a kettle' }],
          ['search_code', { query: 'boil' }],
          ['mcp__shop__search', { query: 'boil' }],
          ['mcp__shop__nothing', {}],
        )
      : says(draft),
};

async function allow(handle: WorkflowHandle): Promise<void> {
  const { requestId } = await until(async () => (await handle.query<DecisionRequest[]>('pending'))[0] ?? null, 60);
  const decision: Decision = { requestId, decision: 'allow', by: 'ann' };
  await handle.signal<[Decision]>('decide', decision);
}

export const foreign: Record<string, Way> = {
  'foreign-call-approved': {
    foreign: true,
    team: asks,
    ask: { pipeline: withShop({ tool: { policy: 'ask' } }) },
    meanwhile: allow,
  },
  'foreign-call-refused': { foreign: true, team: asks, ask: { pipeline: withShop({ tool: { policy: 'off' } }) } },
};
