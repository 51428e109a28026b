/** A team at work in a data directory of its own, and sweeps of it at any time. */
import { noCipher } from '../../../codecs/cipher.ts';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { runOfServer } from '../../../application/runs/load-run.ts';
import { sweepDataDirectory, type SweepRequest } from '../../../client/storage/sweep-data-directory.ts';
import { type DataPaths, dataPaths } from '../../../config/data-paths.ts';
import type { RunProgress } from '../../../contracts/run.ts';
import { traceIdOf } from '../../../observability/trace-ids.ts';
import { traceFileName } from '../../../observability/trace-sink.ts';
import { mentionedIn, storedContent } from '../../../retrieval/store/content-sweep.ts';
import { storedRepositories, storedSnapshots } from '../../../retrieval/store/store-sweep.ts';
import { serverName } from '../../../runtime/temporal/known-servers.ts';
import { untilSent } from '../../observability/exports.ts';
import { openScene, pipeline, quickLimits, type Scene, tracesToFiles } from '../../support/scene.ts';
import { openAiError } from '../../support/scripted-server/scripted-server-reply.ts';
import { calls, goodDraft, says, startTeam } from '../../support/team.ts';
import { until } from '../../support/until.ts';

export const dayMs = 86_400_000;
export const limits = { ...quickLimits, modelCallAttempts: 1 };
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
export async function openStage() {
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

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** One for all tests of a file, each of which asks its own questions and sweeps what earlier ones have left. */
export function stageOfFile(): { readonly stage: Stage } {
  let opened: Stage | null = null;
  before(async () => {
    opened = await openStage();
  });
  after(() => opened?.[Symbol.asyncDispose]());
  return {
    get stage() {
      return opened ?? assert.fail('the stage of a file is open in its tests alone');
    },
  };
}

/** With a clock by which everything that ended before `sinceMs` is outside of its retention of a day. */
export function sweep(scene: Scene, sinceMs: number, more: Partial<SweepRequest> = {}) {
  return sweepDataDirectory({
    paths: dataPaths(scene.dataDirectory),
    cipher: noCipher,
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

/** Ends once the run's trace is written and noted. */
export async function ask(scene: Scene, question: string): Promise<WorkflowHandle> {
  const handle = await scene.start(question, { pipeline: pipeline(), limits });
  await handle.result();
  await traceFile(handle, dataPaths(scene.dataDirectory));
  await untilSent(scene, 1);
  return handle;
}

export async function startWaiting(scene: Scene): Promise<WorkflowHandle> {
  const handle = await scene.start('Who will wait?', { pipeline: pipeline(), limits });
  await until(async () => ((await handle.query<RunProgress>('state')).stage === 'waiting' ? true : null));
  return handle;
}

/** Apart from what happened before and after. */
export async function moment(): Promise<number> {
  await pause(1100);
  const now = Date.now();
  await pause(1100);
  return now;
}

export const idsOf = (paths: DataPaths) => storedContent(paths.content);

export const missing = (wanted: Set<string>, from: Set<string>) => [...wanted].filter((id) => !from.has(id));

export async function contentOf(handle: WorkflowHandle, paths: DataPaths): Promise<Set<string>> {
  const { events } = await handle.fetchHistory();
  const texts = (events ?? []).flatMap((event) => {
    const payloads = event.activityTaskCompletedEventAttributes?.result?.payloads ?? [];
    return payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8'));
  });
  const stored = idsOf(paths);
  return new Set(texts.flatMap(mentionedIn).filter((id) => stored.has(id)));
}

export async function traceOf(scene: Scene, handle: WorkflowHandle): Promise<string> {
  return JSON.stringify((await runOfServer({ client: scene.client }, handle.workflowId)).trace);
}

/** Once it is there. */
export async function traceFile(handle: WorkflowHandle, paths: DataPaths): Promise<string> {
  const file = join(paths.traces, traceFileName(traceIdOf((await handle.describe()).runId)));
  return until(async () => (existsSync(file) ? file : null));
}

export const snapshotsIn = ({ dataDirectory }: DataPaths) =>
  storedRepositories(dataDirectory).flatMap((key) => storedSnapshots(dataDirectory, key));
