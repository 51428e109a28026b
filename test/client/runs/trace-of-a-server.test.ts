import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { runOfServer } from '../../../application/runs/load-run.ts';
import { openScene, pipeline } from '../../support/scene.ts';
import { startTeam } from '../../support/team.ts';

test('a run that was reset is shown with the id of its own trace, not of the one before', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const { client } = scene;
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline() });
  await handle.result();
  const { workflowId } = handle;
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const tasks = events?.filter((event) => event.workflowTaskCompletedEventAttributes) ?? [];
  const { runId: second } = await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: tasks.at(-1)?.eventId ?? null,
  });
  await client.workflow.getHandle(workflowId).result();
  assert.notEqual(second, runId);
  const { trace } = await runOfServer({ client }, workflowId);
  assert.equal(trace.runId, second);
  assert.equal(trace.traceId, second?.replaceAll('-', ''));
  await assert.rejects(runOfServer({ client }, 'nobody'), /there is no run nobody: "switchyard runs"/);
});
