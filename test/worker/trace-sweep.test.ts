import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { WorkflowClient } from '@temporalio/client';
import { exporterIdOf, exporterType, signals } from '../../contracts/names.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import type { ExportInput } from '../../contracts/trace.ts';
import { createFileSink } from '../../observability/trace-sink.ts';
import { openScene, pipeline, type Scene, tracesToFiles } from '../support/scene.ts';
import { startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';
import { CallRegister } from '../../worker/call-register.ts';
import { sweepTraces } from '../../worker/traces/trace-sweep.ts';
import { exporterState } from '../observability/exports.ts';

test('a run that was terminated is found and leaves its trace, once', async () => {
  await using team = await startTeam({ specialist: () => ({ fault: 'hang' }) });
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const run = await scene.start('When does boil throw?', { pipeline: pipeline() });
  await team.request(1);
  await run.terminate('by a person');
  const runId = run.firstExecutionRunId;
  const handed: ExportInput[][] = [];
  const { sweep, sink } = sweepOf(scene, handed);
  await until(async () => ((await sweep()) === 1 ? true : null));
  assert.deepEqual(handed, [[{ workflowId: run.workflowId, runId }]]);
  await until(async () => ((await exporterState(scene))?.sent === 1 ? true : null));
  assert.equal(await sink.holds({ traceId: runId.replaceAll('-', ''), endMs: 0 }, new AbortController().signal), true);
  assert.equal(await sweep(), 0, 'it has its trace');
});

test('what an exporter had still to send when it was terminated is handed over again', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const { client, taskQueue } = scene;
  const workflowId = exporterIdOf(taskQueue);
  const goesOn = { workflowId, runId: '01a227b1-0000-7000-8000-000000000000' };
  await client.workflow.signalWithStart(exporterType, {
    workflowId,
    taskQueue: `${taskQueue}-nobody`,
    args: [{ waiting: [{ ...goesOn, runId: '01a227b1-0000-7000-8000-000000000001' }] }],
    signal: signals.export,
    signalArgs: [[goesOn]],
  });
  await client.workflow.getHandle(workflowId).terminate('by a person');
  const handed: ExportInput[][] = [];
  const { sweep } = sweepOf({ ...scene, taskQueue: `${taskQueue}-nobody` }, handed, false);
  await until(async () => ((await sweep()) === 2 ? true : null));
  assert.deepEqual(
    handed
      .flat()
      .map(({ runId }) => runId.at(-1))
      .toSorted(),
    ['0', '1'],
  );
});

test('a run that could neither be handed over nor be written down ends all the same, and a sweep does it', async (t) => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const refused = t.mock.method(WorkflowClient.prototype, 'signalWithStart', () => Promise.reject(new Error('busy')));
  const unwritten = t.mock.method(CallRegister.prototype, 'addEnding', () => null);
  const run = await scene.start('When does boil throw?', { pipeline: pipeline() });
  assert.equal(((await run.result()) as AnswerOutcome).kind, 'answered');
  refused.mock.restore();
  unwritten.mock.restore();
  const traced = await scene.start('When does boil throw?', { pipeline: pipeline() });
  await traced.result();
  const handed: ExportInput[][] = [];
  const { sweep } = sweepOf(scene, handed);
  await until(async () => ((await sweep()) === 1 ? true : null));
  assert.deepEqual(handed.flat(), [{ workflowId: run.workflowId, runId: run.firstExecutionRunId }]);
  await until(async () => ((await exporterState(scene))?.sent === 2 ? true : null));
});

/** Sweeps of a scene that note what they hand over. */
function sweepOf({ client, dataDirectory, taskQueue }: Scene, handed: ExportInput[][], tell = true) {
  const sink = createFileSink(dataPaths(dataDirectory).traces);
  const handOver = async (runs: ExportInput[]) => {
    handed.push(runs);
    const signal = { signal: signals.export, signalArgs: [runs] };
    const workflowId = exporterIdOf(taskQueue);
    if (tell) await client.workflow.signalWithStart(exporterType, { workflowId, taskQueue, args: [{}], ...signal });
  };
  const markFile = join(dataDirectory, 'swept');
  const { signal } = new AbortController();
  return { sink, sweep: () => sweepTraces({ client, taskQueue, sink, handOver, markFile, signal }) };
}
