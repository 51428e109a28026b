/** A worker of one's own with the plugin: own workflows have questions as children, or are made of the steps. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap, Worker } from '@temporalio/worker';
import { listRuns, runOfServer } from '../../application/index.ts';
import { loadConfig } from '../../config/load-config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { QuestionInput, AnswerOutcome } from '../../contracts/run.ts';
import { createSwitchyard, type OwnWorker } from '../../worker/switchyard.ts';
import { serverSession, type Session } from '../../application/session/session.ts';
import { workflowBundle as bundled } from '../../worker/workflow-bundle.ts';
import { temporaryFolder } from '../client/run-command.ts';
import '../support/quiet-runtime.ts';
import { checkout, type TestServer, testServer } from '../support/temporal.ts';
import { goodDraft, inventedDraft, says, startTeam } from '../support/team.ts';
import { collected } from '../support/collected.ts';
import { until } from '../support/until.ts';

const workflowsPath = join(import.meta.dirname, 'fixture/own-workflows.ts');
const repo = join(checkout, 'examples/kettle');
const draft = {
  ...goodDraft,
  citations: [{ path: 'lib/kettle.js', first_line: 1, last_line: 40, quote: 'KETTLE_EMPTY' }],
};
const unheard = new AbortController().signal;

let server: TestServer;
let team: Awaited<ReturnType<typeof startTeam>>;
let folder: ReturnType<typeof temporaryFolder>;
let settings: Record<string, string>;
let session: Session;
let switchyard: OwnWorker;
/** Made once, for the worker and for the replays. */
let workflowBundle: WorkflowBundleWithSourceMap;
let worker: Worker;
let working: Promise<void>;
const filed: string[] = [];
const taskQueue = `own-${randomUUID()}`;
/** What the next specialist says in its first try. */
let first: unknown = draft;

before(async () => {
  server = await testServer();
  team = await startTeam({ specialist: ({ reviewed }) => says(reviewed ? draft : first) });
  folder = temporaryFolder();
  settings = {
    TEMPORAL_ADDRESS: server.address,
    SWITCHYARD_HOME: folder.path,
    OPENAI_BASE_URL: team.url,
    OPENAI_API_KEY: 'none',
    SWITCHYARD_TRACES: 'file',
    SWITCHYARD_LOG_LEVEL: 'error',
  };
  switchyard = await createSwitchyard({ taskQueue, settings });
  const config = loadConfig({ ...process.env, ...settings, SWITCHYARD_TASK_QUEUE: taskQueue });
  session = await serverSession({ settings: config, onProgress: () => {}, signal: unheard });
  workflowBundle = await bundleWorkflowCode({ workflowsPath, plugins: [switchyard.plugin] });
  worker = await Worker.create({
    taskQueue,
    workflowBundle,
    activities: {
      fileAnswer: async (kind: string, answer: string | null) => {
        filed.push(kind);
        return `${kind}: ${answer}`;
      },
    },
    plugins: [switchyard.plugin],
    debugMode: true,
  });
  working = worker.run();
});

after(async () => {
  await switchyard.drain();
  worker.shutdown();
  await working;
  await session[Symbol.asyncDispose]();
  await switchyard[Symbol.asyncDispose]();
  await team[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const input = () => switchyard.client.input('When does boil throw?', { repo });

async function execute<Result>(type: string, question: QuestionInput): Promise<{ id: string; result: Result }> {
  const workflowId = `${type}-${randomUUID()}`;
  const { workflow } = switchyard.client.temporal;
  return { id: workflowId, result: await workflow.execute(type, { args: [question], taskQueue, workflowId }) };
}

/** The run as `switchyard runs` lists it: question, pipeline, outcome. */
async function rowOf(workflowId: string) {
  const rows = await listRuns(session, { limit: 50 }, unheard);
  return rows
    .filter(({ id }) => id === workflowId)
    .map(({ question, pipeline, outcome }) => [question, pipeline, outcome]);
}

/** The id of the child of a workflow. */
async function childOf(id: string): Promise<{ workflowId: string; runId: string }> {
  const { events } = await switchyard.client.temporal.workflow.getHandle(id).fetchHistory();
  const started = events?.flatMap(({ childWorkflowExecutionStartedEventAttributes: each }) => each ?? []) ?? [];
  const { workflowId, runId } = started[0]?.workflowExecution ?? {};
  return { workflowId: workflowId ?? '', runId: runId ?? '' };
}

const traceFiles = () => {
  const { traces } = dataPaths(folder.path);
  return existsSync(traces) ? readdirSync(traces) : [];
};
const isTraced = async (runId: string) => traceFiles().some((file) => file.includes(runId.replaceAll('-', '')));

for (const type of ['askAndFile', 'askWithMemo'])
  test(`a question that is the child of ${type} is listed, journalled and traced`, async () => {
    const { id, result } = await execute<string | AnswerOutcome>(type, await input());
    assert.match(JSON.stringify(result), /answered.*KETTLE_EMPTY/);
    const child = await childOf(id);
    assert.deepEqual(await rowOf(child.workflowId), [['When does boil throw?', 'orchestrated', 'answered']]);
    const query = `SwitchyardPipeline = 'orchestrated' AND SwitchyardRepository = 'kettle' AND WorkflowId = '${child.workflowId}'`;
    assert.equal((await switchyard.client.temporal.workflow.count(query)).count, 1);
    const { memo } = await switchyard.client.temporal.workflow.getHandle(child.workflowId).describe();
    assert.deepEqual(memo, { question: 'When does boil throw?', pipeline: 'orchestrated', repository: 'kettle' });
    const { trace } = await runOfServer(session, child.workflowId);
    assert.ok(trace.spans.some(({ name }) => name === 'routing'));
    assert.ok(readdirSync(dataPaths(folder.path).journal).length > 0);
    await until(() => isTraced(child.runId));
    const { outcome } = await switchyard.client.result(child.workflowId);
    assert.equal(outcome.kind, 'answered');
  });

test('a workflow of another shape is a run like ours: retried, listed, traced, watched', async () => {
  first = inventedDraft;
  filed.length = 0;
  const { id, result } = await execute<AnswerOutcome>('oneSpecialist', await input());
  first = draft;
  assert.equal(result.kind, 'answered');
  assert.deepEqual([result.state.retry_count, result.state.superseded.length, filed], [1, 1, ['draft']]);
  assert.deepEqual(await rowOf(id), [['When does boil throw?', 'orchestrated', 'answered']]);
  const { trace } = await runOfServer(session, id);
  assert.ok(trace.spans.some(({ name }) => name === 'gate'));
  await until(() => isTraced(trace.runId));
  const kinds = [];
  for await (const { kind } of switchyard.client.watch(id)) kinds.push(kind);
  assert.equal(kinds.at(-1), 'finished');
});

test('all specialists and a synthesis; what nobody could do', async () => {
  const { result } = await execute<AnswerOutcome>('everybody', await input());
  assert.equal(result.kind, 'answered');
  assert.deepEqual(result.state.routes_run, ['code', 'docs']);
  first = inventedDraft;
  const { result: none } = await execute<AnswerOutcome>('everybody', await input());
  first = draft;
  assert.ok(none.kind === 'retries-exhausted');
  assert.deepEqual(none.reasons, ['nobody knew']);
});

test('histories of own workflows and of their children replay with the plugin', async () => {
  const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Completed'`;
  const histories = switchyard.client.temporal.workflow.list({ query }).intoHistories();
  const options = { workflowBundle, plugins: [switchyard.plugin] };
  const replayed = await collected(Worker.runReplayHistories(options, histories));
  assert.ok(replayed.length >= 7, `${replayed.length}`);
  assert.deepEqual(
    replayed.flatMap(({ error }) => error ?? []),
    [],
  );
});

test('a worker that does not fit is refused with the way out, and one Switchyard is for one worker', async () => {
  const refused = (options: object, message: RegExp) =>
    assert.rejects(Worker.create({ taskQueue, workflowsPath, plugins: [switchyard.plugin], ...options }), { message });
  await refused(
    { taskQueue: 'another' },
    /asks the task queue "another".*give createSwitchyard the worker's taskQueue/,
  );
  await refused({ namespace: 'another' }, /namespace "another".*TEMPORAL_NAMESPACE/);
  await refused({ dataConverter: { payloadCodecs: [] } }, /give it to createSwitchyard/);
  await refused({ activities: { callSpecialist: async () => {} } }, /an activity "callSpecialist".*call it otherwise/);
  const run = switchyard.plugin.runWorker(worker, async () => {});
  await assert.rejects(run, /has run a worker before: make another one by createSwitchyard/);
});

test('with encryption, a bundle that was made without the plugin is refused', async () => {
  const file = join(folder.path, 'keys');
  writeFileSync(file, `first ${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
  const encrypted = { ...settings, SWITCHYARD_ENCRYPTION_KEYS: file };
  await using encrypting = await createSwitchyard({ taskQueue, settings: encrypted });
  const configured = (bundle: object) =>
    encrypting.plugin.configureWorker({ taskQueue, workflowBundle: bundle as never });
  assert.throws(() => configured(workflowBundle), /SWITCHYARD_ENCRYPTION_KEYS.*plugins: \[switchyard\.plugin\]/);
  const ours = await bundled(join(folder.path, 'cache'), { encodesFailures: true });
  assert.equal(configured(ours).workflowBundle, ours);
  assert.ok(
    switchyard.plugin.configureWorker({ taskQueue, workflowBundle }).workflowBundle,
    'without keys any will do',
  );
});

test('what the program has set of its worker stays, and the calls of its own activities are not registered', async () => {
  const { plugin } = switchyard;
  const own = () => ({});
  const options = { taskQueue, maxConcurrentActivityTaskExecutions: 3, shutdownGraceTime: '1s' as const };
  const made = plugin.configureWorker({ ...options, interceptors: { activity: [own] }, activities: { own } });
  assert.deepEqual(
    [made.maxConcurrentActivityTaskExecutions, made.shutdownGraceTime, made.tuner],
    [3, '1s', undefined],
  );
  const [ours, theirs] = made.interceptors?.activity ?? [];
  assert.equal(theirs, own);
  const contextOf = (activityType: string) => ({ info: { activityType } }) as Parameters<NonNullable<typeof ours>>[0];
  assert.deepEqual(ours?.(contextOf('fileAnswer')), {});
  assert.deepEqual(Object.keys(ours?.(contextOf('callSpecialist')) ?? {}), ['inbound']);
  assert.ok('own' in (made.activities ?? {}) && 'callSpecialist' in (made.activities ?? {}));
  assert.match(String(plugin.configureWorker({ taskQueue }).workflowsPath), /workflows.index\.ts$/);
});
