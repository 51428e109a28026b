/**
 * Records the histories that the replay tests hold workflow code to, and what people see of each: `npm run histories`.
 * `npm run histories -- NAME...` records those; `-- shown` leaves the histories as they are, `-- release` keeps them as
 * those of the package's version.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { openShop } from '../foreign-tools/shop.ts';
import { noLimits } from '../../contracts/model/limits.ts';
import { startBenchmark } from '../support/benchmark.ts';
import { LangfuseStub } from '../support/langfuse-stub.ts';
import type { MakeQuestionsInput } from '../../contracts/evaluation/question-making.ts';
import { startMeteredTeam } from '../support/metered-team.ts';
import { startScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { says, startTeam } from '../support/team.ts';
import { openScene, pipeline, quickLimits, tracesToFiles } from '../support/scene.ts';
import { checkout, shareServer, startTestServer } from '../support/temporal.ts';
import { exporterIdOf, exporterType, signals } from '../../contracts/names.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { workflowBundle } from '../../worker/workflow-bundle.ts';
import { type BenchmarkWay, benchmarks, type Routing, routings } from './ways-of-others.ts';
import { type Making, makings } from './ways-of-making.ts';
import { questions } from './ways-of-questions.ts';
import type { Way } from './ways.ts';
import { recordAwayExporter, recordFork, recordNotices } from './record-others.ts';
import { Replayer } from './replayer.ts';
import { packageVersion } from '../../lib/own-files.ts';
import { keepReleased } from './released.ts';
import { historyPath, readStored, shownPath, storedHistories } from './stored.ts';

const question = 'Which error does boil throw when there is no water?';
/** A copy in a neutral place: no path of the recording machine enters the histories. */
const folder = mkdtempSync(join(tmpdir(), 'switchyard-record-'));
cpSync(join(checkout, 'node_modules/commander'), join(folder, 'commander'), { recursive: true });
const repository = { kind: 'path', path: join(folder, 'commander') } as const;

const asked = process.argv.slice(2);
const isAsked = (name: string) => asked.length === 0 || asked.includes(name);

if (asked.includes('release')) {
  const version = packageVersion();
  process.stdout.write(`${keepReleased(version)} histories are kept as those of ${version}\n`);
} else {
  if (!asked.includes('shown')) await recordAll();
  await writeShown();
}
rmSync(folder, { recursive: true });

async function recordAll(): Promise<void> {
  await using server = await startTestServer();
  shareServer(server);
  const busy = 'seed=3;429=0.5;retry-after=1;max-in-a-row=2';
  for (const [name, faults, arm] of [
    ['orchestrated', '', 'orchestrated'],
    ['orchestrated-weak-then-better', 'weak=1', 'orchestrated'],
    ['orchestrated-busy-provider', busy, 'orchestrated'],
    ['single-agent', '', 'single-agent'],
    ['single-agent-ungated', '', 'single-agent-ungated'],
    ['fan-out-and-synthesis', '', 'fan-out'],
  ] as const)
    if (isAsked(name)) await record(name, faults, (start) => start(arm));
  if (isAsked('export-traces')) await recordExporter();
  for (const [name, way] of Object.entries(questions)) if (isAsked(`ways/${name}`)) await recordQuestion(name, way);
  for (const [name, way] of Object.entries(routings)) if (isAsked(name)) await recordRouteOnly(name, way);
  for (const [name, way] of Object.entries(benchmarks)) if (isAsked(name)) await recordBenchmark(name, way);
  for (const [name, way] of Object.entries(makings)) if (isAsked(name)) await recordMaking(name, way);
  if (isAsked('look-for-replies')) await recordFork(write);
  if (isAsked('deliver-notice')) await recordNotices(write);
  if (isAsked('export-traces-away')) await recordAwayExporter('export-traces-away', write);
}

type Start = (name: string) => Promise<WorkflowHandle>;

async function record(file: string, faults: string, act: (start: Start) => Promise<WorkflowHandle>): Promise<void> {
  await using model = await startOfflineModel({ faults: faults === '' ? null : faults });
  await using scene = await openScene({ modelUrl: model.url, traces: tracesToFiles });
  const handle = await act(async (name) => {
    const shipped = name === 'fan-out' ? await fanOut() : await loadPipeline(name);
    return scene.start(name === 'fan-out' ? 'How do I parse options?' : question, { pipeline: shipped, repository });
  });
  await handle.result();
  await write(file, handle);
}

/** Two executions of an exporter that follow each other: one has sent a trace and put a run aside, the other was idle. */
async function recordExporter(): Promise<void> {
  await using team = await startTeam();
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles });
  const { client, taskQueue } = scene;
  const workflowId = exporterIdOf(taskQueue);
  const gone = { workflowId: 'gone', runId: '01a227b1-0000-7000-8000-000000000000' };
  const first = await client.workflow.signalWithStart(exporterType, {
    workflowId,
    taskQueue,
    args: [{ runsOfExecution: 2, idleSeconds: 2 }],
    signal: signals.export,
    signalArgs: [[gone]],
  });
  await (await scene.start('When does boil throw?', { pipeline: pipeline() })).result();
  await first.result();
  await write('export-traces', client.workflow.getHandle(workflowId, first.signaledRunId));
  await write('export-traces-last', client.workflow.getHandle(workflowId));
}

/** No winner is ever clear enough for it, so two specialists work and synthesis is needed. */
async function fanOut() {
  const shipped = await loadPipeline('orchestrated');
  return {
    ...shipped,
    router: {
      ...shipped.router,
      fallback: 'general',
      clearProbability: 1,
      clearLead: 1,
      fanOut: 2,
      maxOutputTokens: 10,
    },
  };
}

async function recordQuestion(name: string, way: Way) {
  const {
    team: parts,
    script = [],
    question: asks = 'When does boil throw?',
    ask = {},
    meanwhile,
    metered,
    files,
    foreign,
    requestsPerMinute: requests,
  } = way;
  await using team = await (metered ? startMeteredTeam : startTeam)(parts, script);
  using shop = foreign === undefined ? null : openShop();
  const more = { ...(files ? { files } : {}), ...(shop ? { foreignServers: shop.servers } : {}) };
  const limited = requests ? { model: { limits: { model: { ...noLimits, requests }, fallback: noLimits } } } : {};
  await using scene = await openScene({ modelUrl: team.url, traces: tracesToFiles, ...more, ...limited });
  const handle = await scene.start(asks, { pipeline: pipeline(), ...ask });
  await meanwhile?.(handle);
  await handle.result().catch(() => {}); // a history that fails is one, too
  await write(`ways/${name}`, handle);
}

async function recordRouteOnly(name: string, { team: parts, input, reads }: Routing): Promise<void> {
  await using team = await startTeam(parts);
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.client.workflow.start('routeOnly', {
    workflowId: `record-${name}`,
    taskQueue: scene.taskQueue,
    args: [
      {
        question,
        pipeline: pipeline(),
        forcedRoute: null,
        limits: quickLimits,
        ...input,
        ...(reads ? { repository } : {}),
      },
    ],
  });
  await handle.result().catch(() => {});
  await write(name, handle);
}

/** Each run of the workflow, which may go on in another. */
async function recordBenchmark(name: string, { team: parts, options, langfuse, meanwhile }: BenchmarkWay) {
  await using team = await startTeam(parts);
  await using stub = langfuse ? await LangfuseStub.open() : null;
  await using scene = await openScene({ modelUrl: team.url, ...(stub ? { traces: stub.traces() } : {}) });
  const id = `record-${basename(name)}`;
  const benchmark = await startBenchmark(scene, { id, ...options });
  const first = await benchmark.handle.describe();
  await meanwhile?.(benchmark);
  await benchmark.ending();
  const last = await benchmark.handle.describe();
  await write(name, scene.client.workflow.getHandle(id, first.runId));
  if (last.runId !== first.runId) await write(`${name}-last`, benchmark.handle);
}

/** Each run of the workflow that makes questions. */
async function recordMaking(name: string, { replies, input: more, meanwhile }: Making): Promise<void> {
  let asked = 0;
  await using model = await startScriptedServer({
    reply: () => {
      asked += 1;
      return replies[asked - 1] ?? says({ usable: true, question: 'How is that done?', facts: ['option'] });
    },
  });
  await using scene = await openScene({ modelUrl: model.url });
  const workflowId = `record-${basename(name)}`;
  const choice = { questions: 8, seed: 1, mix: { code: 1, docs: 1 }, unanswerable: 0.1, split: { dev: 1, test: 1 } };
  const input: MakeQuestionsInput = {
    ...{ repository, choice, phrasing: { model: null, limit: null }, limits: quickLimits },
    ...{ concurrency: 2, eventLimit: 60, ...more },
  };
  const start = { workflowId, taskQueue: scene.taskQueue, args: [input] };
  const handle = await scene.client.workflow.start('makeQuestions', start);
  await meanwhile?.(handle);
  await handle.result().catch(() => {});
  const last = await scene.client.workflow.getHandle(workflowId).describe();
  await write(name, scene.client.workflow.getHandle(workflowId, handle.firstExecutionRunId));
  if (last.runId !== handle.firstExecutionRunId)
    await write(`${name}-last`, scene.client.workflow.getHandle(workflowId));
}

async function write(file: string, handle: WorkflowHandle): Promise<void> {
  const history = await handle.fetchHistory();
  // The replayer takes the run's id from here, where a run that goes on for another has that of the first.
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  if (started) started.originalExecutionRunId = (await handle.describe()).runId;
  const json = historyToJSON(history);
  mkdirSync(dirname(historyPath(file)), { recursive: true });
  await writeFile(historyPath(file), `${json}\n`);
  process.stdout.write(`${file}: ${json.length} characters\n`);
}

/** What people see of each run, as the code shows it now. */
async function writeShown(): Promise<void> {
  const replayer = new Replayer(await workflowBundle(dataPaths(join(checkout, '.switchyard')).cache));
  for (const file of storedHistories()) {
    const { shown } = await replayer.replay(readStored(file));
    mkdirSync(dirname(shownPath(file)), { recursive: true });
    await writeFile(shownPath(file), `${JSON.stringify(shown, null, 1)}\n`);
  }
  await replayer.close();
}
