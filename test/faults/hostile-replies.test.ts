/** A reply that is made to be slow to read costs its own run an answer, and other runs nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { calls, goodDraft, says, startTeam } from '../support/team.ts';

test('200,000 braces end as an unusable reply, and a run beside it misses no heartbeat', async () => {
  await using team = await startTeam({
    specialist: ({ user, turn }) => {
      if (user.includes('hostile')) return says('{'.repeat(200_000));
      return turn === 0 ? calls(['search_code', { query: 'boil' }]) : says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const hostile = await scene.start('hostile?', { pipeline: pipeline() });
  const ordinary = await scene.start('When?', { pipeline: pipeline() });
  assert.equal(((await ordinary.result()) as AnswerOutcome).kind, 'answered');
  assert.notEqual(((await hostile.result()) as AnswerOutcome).kind, 'answered');
  for (const handle of [ordinary, hostile]) assert.equal(await mostAttempts(handle), 1);
});

/** Of all activities of a run: a missed heartbeat makes a second attempt. */
async function mostAttempts(handle: WorkflowHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  const attempts = (events ?? []).map((event) => event.activityTaskStartedEventAttributes?.attempt ?? 0);
  return Math.max(...attempts);
}
