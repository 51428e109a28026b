/** Workers on one data directory: one alone, two together, and others that start beside those that die or stand still in a call. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { untilSent } from '../observability/exports.ts';
import { loseOpenCall, openCalls } from '../support/lost-calls.ts';
import { CallRegister } from '../../worker/call-register.ts';
import { failLostCalls } from '../../worker/lost-calls.ts';
import { openScene, pipeline, quickLimits, type Scene } from '../support/scene.ts';
import type { ScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { calls, type Cue, goodDraft, inventedDraft, roleOf, says, startTeam } from '../support/team.ts';
import { startWorkerProcess, type WorkerPlace, type WorkerProcess } from '../support/worker-process.ts';
import { metricOf, tracesOf, workersOf } from './fixture/seen-of-runs.ts';

const nothingToHandOver = () => assert.fail('no run was ending');
const limit = { timeout: 200_000 };

/** A scene whose own worker polls another queue: its runs are left to the workers that are started here. */
function place(scene: Scene, team: ScriptedServer) {
  const taskQueue = `lost-${randomUUID()}`;
  return { address: scene.address, dataDirectory: scene.dataDirectory, taskQueue, modelUrl: team.url };
}

/** What the attempts before the last one ended with: a failure's type, or a time-out's. */
async function endsOfAttempts(handle: WorkflowHandle) {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) => {
    const failure = started?.lastFailure;
    if (!failure) return [];
    return [failure.applicationFailureInfo?.type ?? `time-out ${failure.timeoutFailureInfo?.timeoutType}`];
  });
}

/** Each test takes over the workers that the one before it leaves. */
let team: ScriptedServer;
let scene: Scene;
let at: WorkerPlace;
/** How it answers a question of the test that runs. */
let specialist: (cue: Cue) => ScriptedReply;
/** Where the first worker serves its metrics. */
let port: number;
const workers: WorkerProcess[] = [];

before(async () => {
  team = await startTeam({ specialist: (cue) => specialist(cue) }, [openAiError(500, 'oops')]);
  port = await freePort();
  scene = await openScene({ modelUrl: team.url });
  at = place(scene, team);
});

after(async () => {
  for (const worker of workers) await worker.kill('SIGKILL');
  await scene[Symbol.asyncDispose]();
  await team[Symbol.asyncDispose]();
});

async function startAnother(more: Record<string, string> = {}): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(at, { SWITCHYARD_TRACES: 'file', ...more });
  workers.push(worker);
  return worker;
}

test('a worker serves what a run cost, and its log lines name the run', limit, async () => {
  specialist = ({ reviewed }) => says(reviewed ? goodDraft : inventedDraft);
  const worker = await startAnother({ SWITCHYARD_METRICS_ADDRESS: String(port) });
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), taskQueue: at.taskQueue });
  await handle.result();
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const value = (name: string, ...tags: string[]) => metricOf(metrics, name, ...tags);
  assert.equal(value('switchyard_model_calls_total', 'agent="router-llm"', 'result="answered"'), 1);
  assert.equal(value('switchyard_model_calls_total', 'agent="router-llm"', 'result="failed"'), 1);
  assert.equal(value('switchyard_model_tokens_total', 'agent="specialist-llm"', 'kind="input"'), 24);
  assert.equal(value('switchyard_gate_verdicts_total', 'route="code"', 'verdict="weak"'), 1);
  assert.equal(value('switchyard_gate_verdicts_total', 'route="code"', 'verdict="accepted"'), 1);
  assert.equal(value('switchyard_quality_retries_total', 'route="code"'), 1);
  assert.ok(value('temporal_activity_execution_latency_milliseconds_count') > 0, 'the metrics of the SDK are there');
  const [failure] = worker.log.split('\n').filter((line) => line.includes('Activity failed'));
  const line = JSON.parse(failure ?? '{}') as Record<string, unknown>;
  assert.deepEqual([line.workflowId, line.runId], [handle.workflowId, (await handle.describe()).runId]);
});

test('the calls of a worker that stands still are not touched by a worker that starts', limit, async () => {
  const earlier = team.requests.length;
  specialist = () => ({ ...says(goodDraft), delayMs: 3_000 });
  const first = workers[0] ?? (await startAnother());
  const limits = { ...quickLimits, heartbeatSeconds: 30 };
  const handle = await scene.start('When?', { pipeline: pipeline(), taskQueue: at.taskQueue, limits });
  await team.request(earlier + 1);
  first.signal('SIGSTOP');
  // The reply comes meanwhile, and is taken when the worker goes on.
  const replied = pause(5_000);
  await startAnother();
  await replied;
  first.signal('SIGCONT');
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  // Whatever it has said of itself tells why it did not go on.
  assert.deepEqual(await endsOfAttempts(handle), [], first.log);
  assert.deepEqual(team.requests.slice(earlier).map(roleOf), ['router', 'specialist']);
});

/** A weak try and a better one, each with a search. */
const callsOfOne = ['router', 'specialist', 'specialist', 'specialist', 'specialist'];
const caseOf = (text: string): string => /\(case (\d+)\)/.exec(text)?.[1] ?? 'none';

test(
  'two workers on one data directory answer together: every run ends right, each call paid once, one trace each',
  limit,
  async () => {
    const [earlier, sent] = [team.requests.length, 2];
    specialist = ({ turn, reviewed, user }) => {
      if (turn === 0) return { ...calls(['search_code', { query: `boil ${caseOf(user)}` }]), delayMs: 100 };
      return { ...says(reviewed ? goodDraft : inventedDraft), delayMs: 100 };
    };
    while (workers.length < 2) await startAnother();
    const questions = Array.from({ length: 4 }, (_, n) => `When does boil throw? (case ${n + 1})`);
    // A worker that has just started on a busy machine may be late by seconds: none of its calls is to count as lost.
    const limits = { ...quickLimits, heartbeatSeconds: 20 };
    const about = { pipeline: pipeline(), taskQueue: at.taskQueue, limits };
    const handles = await Promise.all(questions.map((each) => scene.start(each, about)));
    const outcomes = (await Promise.all(handles.map((handle) => handle.result()))) as AnswerOutcome[];

    for (const { kind, state } of outcomes) {
      assert.equal(kind, 'answered');
      assert.equal(state.final_answer, goodDraft.answer);
      assert.equal(state.evidence[0]?.status, 'verified');
      assert.deepEqual([state.retry_count, state.usage.modelCalls], [1, callsOfOne.length]);
    }
    const asked = Map.groupBy(team.requests.slice(earlier), ({ text }) => caseOf(text));
    assert.deepEqual([...asked.keys()].toSorted(), questions.map(caseOf));
    for (const [name, requests] of asked) assert.deepEqual(requests.map(roleOf), callsOfOne, `case ${name}`);

    await untilSent({ ...scene, taskQueue: at.taskQueue }, sent + handles.length);
    const traces = await tracesOf(scene.dataDirectory, handles);
    for (const trace of traces)
      assert.equal(trace.filter(({ type }) => type === 'generation').length, callsOfOne.length);
    assert.deepEqual(
      traces.map((trace) => caseOf(String(trace.at(-1)?.input))),
      questions.map(caseOf),
    );
    const identities = new Set((await Promise.all(handles.map(workersOf))).flat());
    assert.equal(identities.size, 2, 'both workers had a part in it');
  },
);

test(
  'two workers that start take up the calls of two killed ones at once, each call once: no heartbeat is waited for',
  limit,
  async () => {
    const earlier = team.requests.length;
    const asked = new Set<string>();
    specialist = ({ user }) => {
      const isFirst = !asked.has(user);
      asked.add(user);
      return isFirst ? { fault: 'hang' } : says(goodDraft);
    };
    while (workers.length < 2) await startAnother();
    const dead = workers.splice(0);
    // So long that the test would end before it.
    const limits = { ...quickLimits, modelCallSeconds: 600, heartbeatSeconds: 600 };
    const questions = ['one', 'two', 'three', 'four'].map((name) => `case ${name}`);
    const start = (question: string) =>
      scene.start(question, { pipeline: pipeline(), taskQueue: at.taskQueue, limits });
    const handles = await Promise.all(questions.map(start));
    await team.request(earlier + 2 * questions.length - 1);
    await Promise.all(dead.map((each) => each.kill('SIGKILL')));
    // One in a process of its own, and one in this.
    const { dataDirectory } = scene;
    const { taskQueue } = at;
    const [, other] = await Promise.all([
      startAnother(),
      openScene({ modelUrl: team.url, dataDirectory, taskQueue, keepsDirectory: true }),
    ]);
    {
      await using _other = other;
      for (const handle of handles) {
        assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
        assert.deepEqual(await endsOfAttempts(handle), ['WorkerLost']);
      }
      assert.equal(team.requests.length - earlier, 3 * questions.length);
      for (const question of questions) {
        const own = team.requests.filter(({ text }) => text.includes(question));
        assert.deepEqual(own.map(roleOf), ['router', 'specialist', 'specialist']);
      }
      const { calls } = dataPaths(scene.dataDirectory);
      const locks = readdirSync(calls).filter((name) => name.endsWith('.lock'));
      assert.equal(locks.length, 3, "the scene's worker and the two that were started");
    }
  },
);

test('a workflow stays off a sticky queue although the call that led to it had ended otherwise', limit, async () => {
  const earlier = team.requests.length;
  let asked = 0;
  specialist = () => {
    asked += 1;
    return asked < 3 ? { fault: 'hang' } : says(goodDraft);
  };
  const handle = await scene.start('When?', { pipeline: pipeline() });
  await team.request(earlier + 1);
  const folder = join(scene.dataDirectory, 'calls-of-another');
  const [call] = openCalls(scene.dataDirectory).slice(-1);
  {
    using register = new CallRegister(folder, 'a server', { warn: assert.fail });
    if (call !== undefined) register.add(call);
  }
  // As by its heartbeat time-out: the token is refused then.
  await loseOpenCall(scene);
  await team.request(earlier + 2);
  const lost = await failLostCalls(scene.client, { folder, own: '', server: 'a server', handOver: nothingToHandOver });
  assert.deepEqual(lost, { owners: 1, failed: 0, handedOver: 0 });
  await loseOpenCall(scene);
  assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
  const { events } = await handle.fetchHistory();
  const afterLost = (events ?? []).findIndex(
    ({ activityTaskStartedEventAttributes: started }) => started?.attempt === 3,
  );
  const task = events?.slice(afterLost).find((event) => event.workflowTaskScheduledEventAttributes);
  assert.equal(task?.workflowTaskScheduledEventAttributes?.taskQueue?.name, scene.taskQueue);
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
