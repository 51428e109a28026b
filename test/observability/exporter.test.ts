import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import type { WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';
import { tracesFinding } from '../../client/doctor/trace-finding.ts';
import { exporterIdOf, exporterType, signals } from '../../contracts/names.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { ExporterEnding, ExporterInput, ExportInput } from '../../contracts/trace.ts';
import { openScene, pipeline, type Scene, tracesToFiles } from '../support/scene.ts';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';
import { exporterOf, exporterState, untilExported, untilSent } from './exports.ts';

const question = 'When does boil throw?';
const file = sceneOfFile({ traces: tracesToFiles });

/** The scene of the file, where no exporter is left that knows a run; `files` are the traces written since. */
async function sceneWithoutExporter() {
  file.play();
  const { scene } = file;
  await exporterOf(scene)
    .terminate('the next test has its own')
    .catch(() => {});
  const before = new Set(traceFiles(scene));
  return { scene, files: () => traceFiles(scene).filter((name) => !before.has(name)) };
}

/** Local activities that have handed a run over. */
function handOversIn(events: History['events']): number {
  const told = (events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) => marker?.details?.data?.payloads);
  return told.filter((payload) => Buffer.from(payload?.data ?? []).includes('"handOver"')).length;
}

test('many questions are one more workflow, and cost their own histories nothing: the last call hands the run over', async () => {
  const { scene, files } = await sceneWithoutExporter();
  const runs = [];
  for (let at = 0; at < 2; at += 1) runs.push(await scene.start(question, { pipeline: pipeline() }));
  for (const run of runs) await untilExported(scene, run, runs.length);
  assert.equal(files().length, 2);
  const own = await exporterOf(scene).describe();
  assert.equal(own.type, exporterType);
  const { events } = (await runs[0]?.fetchHistory()) ?? {};
  assert.equal(handOversIn(events), 0);
  const inQueue = events?.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
  assert.ok(!inQueue?.includes('handOver'));
  const histories = await allExecutions(scene);
  assert.deepEqual(histories, [own.runId]);
  const other = await scene.start(question, { pipeline: pipeline({ budget: { modelCalls: 1 } }) });
  await untilExported(scene, other, 3);
  const { events: byItself } = await other.fetchHistory();
  assert.equal(handOversIn(byItself), 1, 'where no call has done it, the run does it in its last task');
});

test('where traces go nowhere, nothing is handed over and nothing is started', async () => {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url });
  const run = await scene.start(question, { pipeline: pipeline() });
  await run.result();
  const { events } = await run.fetchHistory();
  assert.equal(handOversIn(events), 0);
  await assert.rejects(exporterOf(scene).describe(), /not found/);
});

test('a run that is handed over again is sent once, also to an exporter that has forgotten it', async () => {
  const { scene, files } = await sceneWithoutExporter();
  // Until there is another one, the last one answers what is asked of it.
  await startExporter(scene, {});
  const run = await scene.start(question, { pipeline: pipeline() });
  await untilExported(scene, run);
  const [name] = files();
  const written = join(dataPaths(scene.dataDirectory).traces, String(name));
  const { ino } = statSync(written);
  const again = await refOf(run);
  await handOver(scene, [again, again]);
  assert.equal((await untilSent(scene, 1)).sent, 1, 'the exporter knew it');
  await exporterOf(scene).terminate('what it knows is gone with it');
  await handOver(scene, [again]);
  await untilSent(scene, 1);
  assert.equal(statSync(written).ino, ino, 'the file was not written again');
});

test('60 runs that are handed over at once are all taken, by executions that follow each other', async () => {
  const { scene, files } = await sceneWithoutExporter();
  await startExporter(scene, { runsOfExecution: 28 });
  const run = await scene.start(question, { pipeline: pipeline() });
  const gone = Array.from({ length: 59 }, () => ({ workflowId: 'never', runId: randomUUID() }));
  let most = 0;
  await Promise.all(gone.map((each) => handOver(scene, [each])));
  await untilExported(scene, run);
  await until(async () => {
    const { sending, waiting } = (await exporterState(scene)) ?? { sending: [], waiting: [null] };
    most = Math.max(most, sending.length);
    return sending.length + waiting.length === 0 ? true : null;
  }, 120);
  assert.ok(most <= 28, `${most} at once`);
  assert.equal((await allExecutions(scene)).length, 3);
  assert.equal(files().length, 1);
  const state = await exporterState(scene);
  assert.deepEqual([state?.sent, state?.aside.length], [1, 50], 'of those put aside the last are kept');
});

test('what cannot be made into a trace is put aside with its reason, and holds up nobody', async () => {
  const { scene } = await sceneWithoutExporter();
  const poisoned = await startRefused(scene);
  const gone = { workflowId: 'never', runId: randomUUID() };
  await handOver(scene, [poisoned, gone]);
  const run = await scene.start(question, { pipeline: pipeline() });
  await untilExported(scene, run);
  const state = await until(async () => {
    const now = await exporterState(scene);
    return now?.aside.length === 2 ? now : null;
  });
  const reasons = new Map(state.aside.map(({ workflowId, reason }) => [workflowId, reason]));
  assert.match(reasons.get(poisoned.workflowId) ?? '', /no trace can be made of the history/);
  assert.match(reasons.get('never') ?? '', /the history of never is gone/);
  assert.equal(state.sent, 1);
  const { detail } = await tracesFinding(scene, { taskQueue: scene.taskQueue, traces: tracesToFiles });
  assert.match(detail, /0 waiting to be sent; .*never was put aside: the history of never is gone/);
});

test('nonsense in a signal stops nothing', async () => {
  const { scene } = await sceneWithoutExporter();
  for (const nonsense of [null, 'run', [null, 3, { workflowId: 7, runId: '' }, { workflowId: 'w' }]])
    await handOver(scene, nonsense as never);
  await untilExported(scene, await scene.start(question, { pipeline: pipeline() }));
  assert.deepEqual((await exporterState(scene))?.aside, []);
});

test('a run that is handed over while the exporter ends is not lost: the server refuses that end', async (t) => {
  let atEnd = async () => {};
  beforeWorkflowsEnd(t, () => atEnd());
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const gone = { workflowId: 'never', runId: randomUUID() };
  atEnd = async () => {
    atEnd = async () => {};
    await handOver(scene, [gone]);
  };
  const exporter = await startExporter(scene, { idleSeconds: 1 });
  const { runId } = await exporter.describe();
  const ending = (await exporter.result()) as ExporterEnding;
  assert.deepEqual(
    ending.aside.map((aside) => aside.runId),
    [gone.runId],
  );
  assert.deepEqual(await allExecutions(scene), [runId], 'by the same execution');
  const { events } = await exporter.fetchHistory();
  const refused = events?.flatMap(({ workflowTaskFailedEventAttributes: failed }) => (failed ? [failed.cause] : []));
  assert.deepEqual(refused, [unhandledCommand]);
});

/** The number of `WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND`. */
const unhandledCommand = 1;

type Creators = { createWorkflowCreator(...args: unknown[]): Promise<WorkflowCreator> };

/** Does something after a workflow's code has decided to end it, and before its worker tells the server. */
function beforeWorkflowsEnd(t: TestContext, act: () => Promise<void>): void {
  const creators = Worker as unknown as Creators;
  const original = creators.createWorkflowCreator.bind(Worker);
  t.mock.method(creators, 'createWorkflowCreator', async (...args: unknown[]) => {
    const creator = await original(...args);
    const create = creator.createWorkflow.bind(creator);
    creator.createWorkflow = async (options) => {
      const workflow = await create(options);
      const activate = workflow.activate.bind(workflow);
      workflow.activate = async (activation) => {
        const completion = await activate(activation);
        if (completion.successful?.commands?.some((command) => command.completeWorkflowExecution)) await act();
        return completion;
      };
      return workflow;
    };
    return creator;
  });
}

/** A run of a question whose history makes no trace: its input was refused. */
async function startRefused({ client, taskQueue }: Scene): Promise<ExportInput> {
  const workflowId = `refused-${randomUUID()}`;
  const run = await client.workflow.start('answerQuestion', { args: [{}], taskQueue, workflowId });
  return { workflowId, runId: run.firstExecutionRunId };
}

function traceFiles(scene: Scene): string[] {
  const { traces } = dataPaths(scene.dataDirectory);
  return existsSync(traces) ? readdirSync(traces).filter((name) => name.endsWith('.jsonl.zst')) : [];
}

async function refOf(run: WorkflowHandle): Promise<ExportInput> {
  return { workflowId: run.workflowId, runId: (await run.describe()).runId };
}

async function startExporter({ client, taskQueue }: Scene, input: Partial<ExporterInput>): Promise<WorkflowHandle> {
  return client.workflow.start(exporterType, { workflowId: exporterIdOf(taskQueue), taskQueue, args: [input] });
}

async function handOver({ client, taskQueue }: Scene, runs: ExportInput[]): Promise<void> {
  const workflowId = exporterIdOf(taskQueue);
  const signal = { signal: signals.export, signalArgs: [runs] };
  await client.workflow.signalWithStart(exporterType, { workflowId, taskQueue, args: [{}], ...signal });
}

/** Run ids of the executions of a scene's exporter, followed from the last to the first. */
async function allExecutions(scene: Scene): Promise<string[]> {
  const ids: string[] = [];
  let id: string | null = (await exporterOf(scene).describe()).runId;
  while (id) {
    ids.push(id);
    const handle: WorkflowHandle = scene.client.workflow.getHandle(exporterIdOf(scene.taskQueue), id);
    const { events }: History = await handle.fetchHistory();
    id = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || null;
  }
  return ids;
}
