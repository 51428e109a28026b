/** Workers that die or stand still in a model call, beside others that start on the same data directory. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { loseOpenCall, openCalls } from '../support/lost-calls.ts';
import { CallRegister } from '../../worker/call-register.ts';
import { failLostCalls } from '../../worker/lost-calls.ts';
import { openScene, pipeline, quickLimits, type Scene } from '../support/scene.ts';
import type { ScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { goodDraft, roleOf, says, startTeam } from '../support/team.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

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

test('the calls of a worker that stands still are not touched by workers that start', limit, async () => {
  await using team = await startTeam({ specialist: () => ({ ...says(goodDraft), delayMs: 6_000 }) });
  await using scene = await openScene({ modelUrl: team.url });
  const at = place(scene, team);
  await using first = await startWorkerProcess(at);
  const heartbeatSeconds = 30;
  const limits = { ...quickLimits, heartbeatSeconds };
  const handle = await scene.start('When?', { pipeline: pipeline(), taskQueue: at.taskQueue, limits });
  await team.request(1);
  first.signal('SIGSTOP');
  // The reply comes meanwhile, and is taken when the worker goes on.
  const half = pause((heartbeatSeconds * 1000) / 2);
  const [second, third] = await Promise.all([startWorkerProcess(at), startWorkerProcess(at)]);
  await using _second = second;
  await using _third = third;
  await half;
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
    const asked = new Set<string>();
    await using team = await startTeam({
      specialist: ({ user }) => {
        const isFirst = !asked.has(user);
        asked.add(user);
        return isFirst ? { fault: 'hang' } : says(goodDraft);
      },
    });
    await using scene = await openScene({ modelUrl: team.url });
    const at = place(scene, team);
    const dead = await Promise.all([startWorkerProcess(at), startWorkerProcess(at)]);
    // So long that the test would end before it.
    const limits = { ...quickLimits, modelCallSeconds: 600, heartbeatSeconds: 600 };
    const questions = ['one', 'two', 'three', 'four'].map((name) => `case ${name}`);
    const start = (question: string) =>
      scene.start(question, { pipeline: pipeline(), taskQueue: at.taskQueue, limits });
    const handles = await Promise.all(questions.map(start));
    await team.request(2 * questions.length - 1);
    await Promise.all(dead.map((each) => each.kill('SIGKILL')));
    const [one, other] = await Promise.all([startWorkerProcess(at), startWorkerProcess(at)]);
    {
      await using _one = one;
      await using _other = other;
      for (const handle of handles) {
        assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
        assert.deepEqual(await endsOfAttempts(handle), ['WorkerLost']);
      }
      assert.equal(team.requests.length, 3 * questions.length);
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
  let asked = 0;
  await using team = await startTeam({
    specialist: () => {
      asked += 1;
      return asked < 3 ? { fault: 'hang' } : says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const handle = await scene.start('When?', { pipeline: pipeline() });
  await team.request(1);
  const folder = join(scene.dataDirectory, 'calls-of-another');
  const [call] = openCalls(scene.dataDirectory).slice(-1);
  {
    using register = new CallRegister(folder, 'a server', { warn: assert.fail });
    if (call !== undefined) register.add(call);
  }
  // As by its heartbeat time-out: the token is refused then.
  await loseOpenCall(scene);
  await team.request(2);
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
