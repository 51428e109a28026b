/** Records the histories that the replay tests hold workflow code to: `npm run histories`, until the first tagged version. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { loadPipeline } from '../../client/pipelines/pipeline-files.ts';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { startBenchmark } from '../support/benchmark.ts';
import { goodDraft, says, startTeam } from '../support/team.ts';
import { openScene, pipeline, quickLimits, type Scene, tracesToFiles } from '../support/scene.ts';
import { checkout } from '../support/temporal.ts';

const question = 'Which error does boil throw when there is no water?';
/** A copy in a neutral place: no path of the recording machine enters the histories. */
const folder = mkdtempSync(join(tmpdir(), 'switchyard-record-'));
cpSync(join(checkout, 'node_modules/commander'), join(folder, 'commander'), { recursive: true });
const repository = { kind: 'path', path: join(folder, 'commander') } as const;

await record('orchestrated', '', (start) => start('orchestrated'));
await record('orchestrated-weak-then-better', 'weak=1', (start) => start('orchestrated'));
await record('orchestrated-busy-provider', 'seed=3;429=0.5;retry-after=1;max-in-a-row=2', (start) =>
  start('orchestrated'),
);
await record('single-agent', '', (start) => start('single-agent'));
await record('single-agent-ungated', '', (start) => start('single-agent-ungated'));
await record('fan-out-and-synthesis', '', (start) => start('fan-out'));
await recordRouteOnly();
await recordBenchmark();
rmSync(folder, { recursive: true });

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
  if (file === 'orchestrated') await write('export-trace', await exportOf(scene, handle));
}

/** The export of a run's trace, over. */
async function exportOf(scene: Scene, run: WorkflowHandle): Promise<WorkflowHandle> {
  const { runId } = await run.describe();
  const handle = scene.client.workflow.getHandle(`${run.workflowId}/trace/${runId}`);
  await handle.result();
  return handle;
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

async function recordRouteOnly(): Promise<void> {
  await using model = await startOfflineModel();
  await using scene = await openScene({ modelUrl: model.url });
  const handle = await scene.client.workflow.start('routeOnly', {
    workflowId: `record-${Date.now()}`,
    taskQueue: scene.taskQueue,
    args: [{ question, pipeline: pipeline(), forcedRoute: null, limits: quickLimits }],
  });
  await handle.result();
  await write('route-only', handle);
}

/** Its first run, which ends where the second goes on; two questions fail. */
async function recordBenchmark(): Promise<void> {
  await using team = await startTeam({
    specialist: ({ user }) => (user.includes('case 2') ? { status: 401, body: {} } : says(goodDraft)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const split = pipeline({ name: 'split' });
  const alone = pipeline({ name: 'alone', router: null, specialists: [pipeline().specialists[0]] });
  const id = `record-benchmark-${Date.now()}`;
  const benchmark = await startBenchmark(scene, { id, variants: [alone, split], eventLimit: 100 });
  const first = await benchmark.handle.describe();
  await benchmark.ending();
  await write('run-benchmark', scene.client.workflow.getHandle(id, first.runId));
  await write('run-benchmark-last', benchmark.handle);
}

async function write(file: string, handle: WorkflowHandle): Promise<void> {
  const path = join(checkout, 'test/histories', `${file}.json`);
  const json = historyToJSON(await handle.fetchHistory());
  await writeFile(path, `${json}\n`);
  process.stdout.write(`${path}: ${json.length} characters\n`);
}
