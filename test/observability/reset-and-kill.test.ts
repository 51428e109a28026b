import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { LangfuseStub } from '../support/langfuse-stub.ts';
import { openScene, pipeline, type Scene } from '../support/scene.ts';
import { goodDraft, says, startTeam } from '../support/team.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { untilExported } from './exports.ts';
import { assertWhole, wasLost } from './whole-trace.ts';

test('a run that is reset leaves one more whole trace, and those before as they were', async (t) => {
  await using stub = await LangfuseStub.open();
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: stub.traces() });
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline() });
  const traces = [await untilExported(scene, handle)];
  for (const [place, pick] of [
    ['its last step', (tasks: number[]) => tasks.at(-1)],
    ['its first', (tasks: number[]) => tasks[0]],
  ] as const)
    await t.test(`reset to ${place}`, async () => {
      const before = traces.map((each) => structuredClone(stub.trace(each)));
      const again = await reset(scene, handle, pick(await completedTasks(handle)) ?? 0);
      const next = await untilExported(scene, again, traces.length + 1);
      assert.ok(!traces.includes(next));
      assertWhole(stub.trace(next));
      assert.deepEqual(
        traces.map((each) => stub.trace(each)),
        before,
      );
      traces.push(next);
      const sent = traces.reduce((sum, each) => sum + stub.trace(each).length, 0);
      assert.equal(stub.spans.length, sent, 'each span was sent once');
    });
});

async function completedTasks(handle: WorkflowHandle): Promise<number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? [])
    .filter((event) => event.workflowTaskCompletedEventAttributes)
    .map(({ eventId }) => Number(eventId));
}

async function reset({ client }: Scene, { workflowId }: WorkflowHandle, taskEvent: number): Promise<WorkflowHandle> {
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: taskEvent as unknown as Long,
  });
  return client.workflow.getHandle(workflowId);
}

type Long = NonNullable<
  Parameters<Scene['client']['workflowService']['resetWorkflowExecution']>[0]['workflowTaskFinishEventId']
>;

test('a worker that is killed in a model call leaves one whole trace, sent by the next', async () => {
  await using stub = await LangfuseStub.open();
  let calls = 0;
  await using team = await startTeam({
    specialist: () => {
      calls += 1;
      return calls === 1 ? { fault: 'hang' } : says(goodDraft);
    },
  });
  // A scene whose own worker polls another queue: the run is left to the workers that are started here.
  await using scene = await openScene({ modelUrl: team.url });
  const taskQueue = `killed-${randomUUID()}`;
  const place = { address: scene.address, dataDirectory: scene.dataDirectory, taskQueue, modelUrl: team.url };
  await using first = await startWorkerProcess(place, environmentOf(stub));
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), taskQueue });
  await team.request(1);
  await first.kill('SIGKILL');
  const { dataDirectory } = scene;
  const next = { modelUrl: team.url, dataDirectory, keepsDirectory: true, taskQueue, traces: stub.traces() };
  await using _second = await openScene(next);
  const spans = stub.trace(await untilExported({ client: scene.client, taskQueue }, handle));
  assertWhole(spans);
  assert.equal(stub.spans.length, spans.length, 'each span was sent once');
  const attempts = spans.filter(({ name }) => name === 'specialist-code-llm');
  assert.deepEqual(
    attempts.map((call) => [call.attributes['langfuse.observation.metadata.attempt'], wasLost(call)]),
    [
      ['1', true],
      ['2', false],
    ],
  );
});

function environmentOf(stub: LangfuseStub): Record<string, string> {
  const { langfuse, environment, release } = stub.traces();
  return {
    LANGFUSE_BASE_URL: langfuse?.baseUrl ?? '',
    LANGFUSE_PUBLIC_KEY: langfuse?.publicKey ?? '',
    LANGFUSE_SECRET_KEY: langfuse?.secretKey ?? '',
    LANGFUSE_TRACING_ENVIRONMENT: environment,
    LANGFUSE_RELEASE: release ?? '',
  };
}
