/** A sweep beside a worker at work: what an open run or one inside its retention needs stays, the rest goes. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { runOfServer } from '../../../client/runs/load-run.ts';
import { sweepDataDirectory, type SweepRequest } from '../../../client/storage/sweep-data-directory.ts';
import { type DataPaths, dataPaths } from '../../../config/data-paths.ts';
import type { AnswerOutcome, RunProgress } from '../../../contracts/run.ts';
import { traceIdOf } from '../../../observability/trace-ids.ts';
import { shareBuildLock } from '../../../retrieval/store/build-lock.ts';
import { contentFiles, mentionedIn } from '../../../retrieval/store/content-sweep.ts';
import { createContentStore } from '../../../retrieval/store/content-store.ts';
import { storedRepositories, storedSnapshots } from '../../../retrieval/store/store-sweep.ts';
import { noteServer, serverName } from '../../../runtime/temporal/known-servers.ts';
import { workflowBundle } from '../../../worker/workflow-bundle.ts';
import { openScene, pipeline, quickLimits, type Scene, tracesToFiles } from '../../support/scene.ts';
import { openAiError } from '../../support/scripted-server-reply.ts';
import { calls, goodDraft, says, startTeam } from '../../support/team.ts';
import { until } from '../../support/until.ts';

const dayMs = 86_400_000;
const limits = { ...quickLimits, modelCallAttempts: 1 };
const down = openAiError(503, 'down for maintenance');

/** The server is shared: what runs of other scenes refer to must have other ids. */
function uniqueFiles(mark: string): Record<string, string> {
  const lines = [
    'export function boil(water) {',
    '  if (water < 1) throw new Error("KETTLE_EMPTY");',
    '  return 1;',
    '}',
  ];
  return { 'lib/kettle.js': lines.map((line) => `${line} // ${mark}\n`).join('') };
}

/** A team whose provider goes away for questions with "wait" in them, after their first tool call. */
async function openStage() {
  const state = { back: false };
  const mark = randomUUID();
  const draft = { ...goodDraft, answer: `${goodDraft.answer} ${mark}` };
  const team = await startTeam({
    specialist: ({ user, turn }) => {
      if (turn === 0) return calls(['search_code', { query: 'boil' }]);
      return user.includes('wait') && !state.back ? down : says(draft);
    },
  });
  const scene = await openScene({ modelUrl: team.url, traces: tracesToFiles, files: uniqueFiles(mark) });
  const paths = dataPaths(scene.dataDirectory);
  return {
    scene,
    paths,
    comeBack: () => {
      state.back = true;
    },
    [Symbol.asyncDispose]: async () => {
      await scene[Symbol.asyncDispose]();
      await team[Symbol.asyncDispose]();
    },
  };
}

/** With a clock by which everything that ended before `sinceMs` is outside of its retention of a day. */
function sweep(scene: Scene, sinceMs: number, more: Partial<SweepRequest> = {}) {
  return sweepDataDirectory({
    paths: dataPaths(scene.dataDirectory),
    client: scene.client,
    namespace: 'default',
    servers: [serverName(scene.address, 'default')],
    taskQueue: scene.taskQueue,
    keepDays: 1,
    nowMs: sinceMs + dayMs,
    dryRun: false,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...more,
  });
}

async function ask(scene: Scene, question: string): Promise<WorkflowHandle> {
  const handle = await scene.start(question, { pipeline: pipeline(), limits });
  await handle.result();
  const { runId } = await handle.describe();
  await scene.client.workflow.getHandle(`${handle.workflowId}/trace/${runId}`).result();
  return handle;
}

async function startWaiting(scene: Scene): Promise<WorkflowHandle> {
  const handle = await scene.start('Who will wait?', { pipeline: pipeline(), limits });
  await until(async () => ((await handle.query<RunProgress>('state')).stage === 'waiting' ? true : null));
  return handle;
}

/** Apart from what happened before and after. */
async function moment(): Promise<number> {
  await pause(1100);
  const now = Date.now();
  await pause(1100);
  return now;
}

const idsOf = (paths: DataPaths) => new Set([...contentFiles(paths.content)].map((file) => basename(file)));

const missing = (wanted: Set<string>, from: Set<string>) => [...wanted].filter((id) => !from.has(id));

async function contentOf(handle: WorkflowHandle, paths: DataPaths): Promise<Set<string>> {
  const { events } = await handle.fetchHistory();
  const texts = (events ?? []).flatMap((event) => {
    const payloads = event.activityTaskCompletedEventAttributes?.result?.payloads ?? [];
    return payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8'));
  });
  const stored = idsOf(paths);
  return new Set(texts.flatMap(mentionedIn).filter((id) => stored.has(id)));
}

async function traceOf(scene: Scene, handle: WorkflowHandle): Promise<string> {
  return JSON.stringify((await runOfServer({ client: scene.client }, handle.workflowId)).trace);
}

async function traceFile(handle: WorkflowHandle, paths: DataPaths): Promise<string> {
  return join(paths.traces, `${traceIdOf((await handle.describe()).runId)}.jsonl`);
}

const snapshotsIn = ({ dataDirectory }: DataPaths) =>
  storedRepositories(dataDirectory).flatMap((key) => storedSnapshots(dataDirectory, key));

test('an open run goes on, one inside its retention replays and shows its trace, and what only an old one needs goes', async () => {
  await using stage = await openStage();
  const { scene, paths } = stage;
  const open = await startWaiting(scene);
  const old = await ask(scene, 'What was asked long ago?');
  const [ofOld, oldTrace] = [await contentOf(old, paths), await traceFile(old, paths)];
  const since = await moment();
  const recent = await ask(scene, 'What was asked lately?');
  const ofRecent = await contentOf(recent, paths);
  const shared = new Set([...ofOld].filter((id) => ofRecent.has(id)));
  assert.ok(shared.size > 0 && shared.size < ofOld.size, 'a tool gave both the same text');
  const [trace, recentTrace] = [await traceOf(scene, recent), await traceFile(recent, paths)];
  const exported = readFileSync(recentTrace);
  const journal = readdirSync(paths.journal).length;

  const dry = await sweep(scene, since, { dryRun: true });
  assert.ok(dry.removed.content.count > 0);
  assert.deepEqual([dry.after, missing(ofOld, idsOf(paths))], [null, []]);

  const report = await sweep(scene, since);
  const left = idsOf(paths);
  assert.deepEqual(missing(ofOld, left).toSorted(), missing(ofOld, shared).toSorted(), 'of the old one alone');
  assert.deepEqual(missing(ofRecent, left), [], 'of the recent one');
  assert.equal(report.removed.content.count, dry.removed.content.count);
  assert.equal(existsSync(oldTrace), false);
  assert.deepEqual(readFileSync(recentTrace), exported);
  assert.equal(await traceOf(scene, recent), trace);
  await Worker.runReplayHistory(
    { workflowBundle: await workflowBundle(paths.cache) },
    await recent.fetchHistory(),
    recent.workflowId,
  );
  assert.ok(
    report.removed.journal.count > 0 && report.removed.journal.count < journal,
    'the open run keeps its entries',
  );

  stage.comeBack();
  await open.signal('retry');
  const outcome = (await open.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  assert.equal(outcome.state.evidence[0]?.status, 'verified');
});

test('a snapshot that only an old run needs goes, and is opened anew under a worker that still knows it', async () => {
  await using stage = await openStage();
  const { scene, paths } = stage;
  const file = join(scene.dataDirectory, 'repository/lib/kettle.js');
  const text = readFileSync(file, 'utf8');
  await ask(scene, 'What does the first version do?');
  const [first] = snapshotsIn(paths);
  const since = await moment();
  writeFileSync(file, `// Second version.\n${text}`);
  await ask(scene, 'What does the second version do?');
  assert.equal(snapshotsIn(paths).length, 2);
  const report = await sweep(scene, since);
  assert.equal(report.removed.snapshots.count, 1);
  assert.equal(snapshotsIn(paths).includes(String(first)), false);

  writeFileSync(file, text);
  const outcome = await scene.ask('And what did the first one do?', { pipeline: pipeline(), limits });
  assert.equal(outcome.kind, 'answered');
  assert.deepEqual([outcome.state.evidence[0]?.firstLine, outcome.state.evidence[0]?.status], [2, 'verified']);
  assert.ok(snapshotsIn(paths).includes(String(first)));
});

test('with nothing needed any more the store of a repository is removed, and made again at the next question', async () => {
  await using stage = await openStage();
  const { scene, paths } = stage;
  await ask(scene, 'What is asked first?');
  await sweep(scene, await moment());
  assert.deepEqual([storedRepositories(paths.dataDirectory), [...contentFiles(paths.content)]], [[], []]);
  const outcome = await scene.ask('What is asked then?', { pipeline: pipeline(), limits });
  assert.equal(outcome.kind, 'answered');
});

test('a store into which a snapshot is being built is left as it is', async () => {
  await using stage = await openStage();
  const { scene, paths } = stage;
  await ask(scene, 'What is asked first?');
  const since = await moment();
  const [key = ''] = storedRepositories(paths.dataDirectory);
  {
    using _building = shareBuildLock(paths.dataDirectory, key);
    const report = await sweep(scene, since);
    assert.match(report.notes.join(), /being built/);
    assert.equal(snapshotsIn(paths).length, 1);
  }
  assert.equal((await sweep(scene, since)).removed.snapshots.count, 1);
});

test('what is young stays although nothing needs it yet', async (t: TestContext) => {
  await using stage = await openStage();
  const { scene, paths } = stage;
  const store = createContentStore(paths.content);
  const id = await store.put('stored a moment ago, and told to nobody');
  await sweep(scene, Date.now(), { nowMs: Date.now(), keepDays: 0 });
  assert.equal(await store.get(id), 'stored a moment ago, and told to nobody');
  t.diagnostic('kept');
});

test('what runs of a server that cannot be asked may need stays until none of them can be open', async () => {
  await using stage = await openStage();
  const { scene, paths } = stage;
  await ask(scene, 'What is asked first?');
  const since = await moment();
  noteServer(paths, 'elsewhere:7233/team');
  const before = idsOf(paths).size;
  const report = await sweep(scene, since);
  assert.match(report.notes.join(), /elsewhere:7233\/team/);
  assert.deepEqual([idsOf(paths).size, snapshotsIn(paths).length], [before, 1]);
  await sweep(scene, since, { nowMs: since + 190 * dayMs });
  assert.deepEqual([idsOf(paths).size, snapshotsIn(paths).length], [0, 0]);
});

test('where the server does not tell, nothing is removed', async () => {
  await using stage = await openStage();
  const { scene, paths } = stage;
  await ask(scene, 'What is asked first?');
  const since = await moment();
  const before = idsOf(paths).size;
  const client = new Proxy(scene.client, {
    get: (target, name) => {
      if (name !== 'workflow') return Reflect.get(target, name);
      return {
        list: (options: object) => target.workflow.list(options),
        getHandle: () => ({ fetchHistory: () => Promise.reject(new Error('busy')) }),
      };
    },
  });
  await assert.rejects(sweep(scene, since - dayMs, { client }), /busy/);
  assert.equal(idsOf(paths).size, before);
});
