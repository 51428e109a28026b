/** Workers that die or stand still in a model call, beside others that start on the same data directory. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { loseOpenCall, openCalls } from '../support/lost-calls.ts';
import { CallRegister } from '../../worker/call-register.ts';
import { failLostCalls } from '../../worker/lost-calls.ts';
import { openScene, pipeline, quickLimits, type Scene } from '../support/scene.ts';
import type { ScriptedServer } from '../support/scripted-server/scripted-server.ts';
import type { ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { type Cue, goodDraft, roleOf, says, startTeam } from '../support/team.ts';
import { startWorkerProcess, type WorkerPlace, type WorkerProcess } from '../support/worker-process.ts';

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

/** The workers that the first test leaves are those that the second one kills. */
let team: ScriptedServer;
let scene: Scene;
let at: WorkerPlace;
/** How it answers a question of the test that runs. */
let specialist: (cue: Cue) => ScriptedReply;
const workers: WorkerProcess[] = [];

before(async () => {
  team = await startTeam({ specialist: (cue) => specialist(cue) });
  scene = await openScene({ modelUrl: team.url });
  at = place(scene, team);
});

after(async () => {
  for (const worker of workers) await worker.kill('SIGKILL');
  await scene[Symbol.asyncDispose]();
  await team[Symbol.asyncDispose]();
});

async function startAnother(): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(at);
  workers.push(worker);
  return worker;
}

test('the calls of a worker that stands still are not touched by a worker that starts', limit, async () => {
  specialist = () => ({ ...says(goodDraft), delayMs: 3_000 });
  const first = await startAnother();
  const limits = { ...quickLimits, heartbeatSeconds: 30 };
  const handle = await scene.start('When?', { pipeline: pipeline(), taskQueue: at.taskQueue, limits });
  await team.request(1);
  first.signal('SIGSTOP');
  // The reply comes meanwhile, and is taken when the worker goes on.
  const replied = pause(5_000);
  await startAnother();
  await replied;
  first.signal('SIGCONT');
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  assert.deepEqual(await endsOfAttempts(handle), []);
  assert.deepEqual(team.requests.map(roleOf), ['router', 'specialist']);
});

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
