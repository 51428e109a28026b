import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMeteredTeam } from '../support/metered-team.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { startTeam } from '../support/team.ts';

const tokensOf = ({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }) =>
  inputTokens + outputTokens;

test('a limit of 16 tokens is not passed: nothing fits into it, so nothing is asked', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When does boil throw?', { pipeline: pipeline({ budget: { tokens: 16 } }) });
  assert.equal(outcome.kind === 'budget-spent' && outcome.limit, 'tokens');
  assert.equal(tokensOf(outcome.state.usage), 0);
  assert.equal(outcome.state.usage.modelCalls, 0);
  assert.equal(team.requests.length, 0);
});

test('a run under a limit of tokens never passes it, and counts what the provider bills', async () => {
  await using team = await startMeteredTeam();
  await using scene = await openScene({ modelUrl: team.url });
  for (const tokens of [500, 1500, 3000, 5000]) {
    const before = tokensOf(team.bill);
    const { state } = await scene.ask('When does boil throw?', { pipeline: pipeline({ budget: { tokens } }) });
    const billed = tokensOf(team.bill) - before;
    assert.ok(billed <= tokens, `${billed} of ${tokens}`);
    assert.equal(tokensOf(state.usage), billed);
  }
});
