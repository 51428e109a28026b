import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import fc from 'fast-check';
import { latencyAnatomy, latencyByStage } from '../../observability/latency-anatomy.ts';
import { readRunHistory, readServerHistory } from '../../observability/read-run-history.ts';
import type { ActivityStep, RunHistory } from '../../observability/run-history.ts';
import { latencyParts } from '../../observability/run-intervals.ts';
import { openScene, pipeline, quickLimits } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { startTeam } from '../support/team.ts';
import { checkout } from '../support/temporal.ts';

const attempt = (startMs: number, endMs: number, number = 1): ActivityStep['spans'][number] => {
  return { key: `1#${number}`, name: 'step', type: 'span', startMs, endMs, attempt: number, level: 'DEFAULT' };
};

function activity(type: string, more: Partial<ActivityStep>): ActivityStep {
  const plain = {
    id: '1',
    summary: '',
    input: [],
    startedMs: null,
    closedMs: null,
    result: null,
    failure: null,
    citations: null,
  };
  return { ...plain, type, scheduledMs: 0, attempts: 1, state: 'completed', spans: [], ...more };
}

function run(more: Partial<RunHistory>): RunHistory {
  const ids = { workflowId: 'w', runId: 'r', workflowType: 'answerQuestion' };
  return {
    ...ids,
    input: [],
    startMs: 0,
    endMs: 100,
    result: null,
    failure: null,
    activities: [],
    timers: [],
    tasks: [],
    ...more,
  };
}

const none = { modelMs: 0, toolMs: 0, backoffMs: 0, queueMs: 0, orchestrationMs: 0, waitingMs: 0 };

test('a call: queue, model, and the way back', () => {
  const call = activity('callSpecialist', { scheduledMs: 10, closedMs: 90, startedMs: 20, spans: [attempt(20, 80)] });
  const task = { scheduledMs: 0, startedMs: 2, completedMs: 10 };
  const anatomy = latencyAnatomy(
    run({ activities: [call], tasks: [task, { ...task, scheduledMs: 90, startedMs: 92, completedMs: 100 }] }),
  );
  assert.deepEqual(anatomy, { ...none, totalMs: 100, queueMs: 10, modelMs: 60, orchestrationMs: 30 });
});

const part = (key: string, startMs: number, endMs: number, number = 1): ActivityStep['spans'][number] => {
  return { ...attempt(startMs, endMs, number), key, type: 'tool' };
};

test('a call that ran its turn’s tools: their time is a tool’s, and what came after it the model’s', () => {
  const spans = [part('1#1/tool-0', 22, 40), part('1#1/tool-1', 22, 35), attempt(45, 80)];
  const call = activity('callSpecialist', { scheduledMs: 10, startedMs: 20, closedMs: 90, spans });
  const anatomy = latencyAnatomy(run({ activities: [call], endMs: 90 }));
  assert.deepEqual(anatomy, {
    ...none,
    totalMs: 90,
    queueMs: 12,
    toolMs: 23,
    modelMs: 35,
    orchestrationMs: 10,
    waitingMs: 10,
  });
});

test('tools of an attempt that was lost have their time in it, and those of an activity that was lost none in the next', () => {
  const times = { scheduledMs: 0, startedMs: 60, closedMs: 100, attempts: 2 };
  const lost = activity('callSpecialist', { ...times, spans: [part('1#1/tool-0', 0, 20), attempt(60, 100, 2)] });
  const anatomy = latencyAnatomy(run({ activities: [lost] }));
  assert.deepEqual(anatomy, { ...none, totalMs: 100, toolMs: 20, backoffMs: 40, modelMs: 40 });
  const spans = [part('0#2/tool-0', -50, -20, 2), attempt(60, 100, 2)];
  const next = latencyAnatomy(run({ activities: [activity('callSpecialist', { ...times, spans })] }));
  assert.deepEqual(next, { ...none, totalMs: 100, backoffMs: 60, modelMs: 40 });
});

test('two specialists side by side: the model has every moment that one of them waits for it', () => {
  const call = activity('callSpecialist', { scheduledMs: 0, closedMs: 50, startedMs: 0, spans: [attempt(0, 50)] });
  const tool = activity('runTool', { scheduledMs: 0, closedMs: 100, startedMs: 0, spans: [attempt(0, 100)] });
  const anatomy = latencyAnatomy(run({ activities: [call, tool] }));
  assert.deepEqual(anatomy, { ...none, totalMs: 100, modelMs: 50, toolMs: 50 });
});

test('what lies between attempts is back-off, also where the first attempts left nothing', () => {
  const retried = activity('routeQuestion', {
    closedMs: 60,
    startedMs: 40,
    attempts: 2,
    spans: [attempt(0, 10), attempt(40, 60, 2)],
  });
  assert.deepEqual(latencyAnatomy(run({ activities: [retried], endMs: 60 })), {
    ...none,
    totalMs: 60,
    modelMs: 30,
    backoffMs: 30,
  });
  const lost = activity('routeQuestion', { closedMs: 60, startedMs: 40, attempts: 2, spans: [attempt(40, 60, 2)] });
  assert.deepEqual(latencyAnatomy(run({ activities: [lost], endMs: 60 })), {
    ...none,
    totalMs: 60,
    modelMs: 20,
    backoffMs: 40,
  });
});

test('while nothing goes on the run waits', () => {
  const call = activity('judgeDraft', { scheduledMs: 0, closedMs: 30, startedMs: 0, spans: [attempt(0, 30)] });
  assert.deepEqual(latencyAnatomy(run({ activities: [call] })), { ...none, totalMs: 100, modelMs: 30, waitingMs: 70 });
});

test('a worker whose clock is wrong moves no time from one part to another', () => {
  const at = (aheadMs: number) => {
    const spans = [attempt(12 + aheadMs, 20 + aheadMs), attempt(62 + aheadMs, 88 + aheadMs, 2)];
    const call = activity('callSpecialist', { scheduledMs: 10, startedMs: 60, closedMs: 90, attempts: 2, spans });
    return latencyAnatomy(run({ activities: [call] }));
  };
  assert.equal(at(0).modelMs, 34);
  for (const aheadMs of [5000, -5000, 30]) assert.deepEqual(at(aheadMs), at(0), `${aheadMs} ms ahead`);
});

test('a call that was open when the run was terminated has the time until then', () => {
  const call = activity('callSpecialist', { scheduledMs: 10, attempts: 0, state: 'open' });
  const task = { scheduledMs: 0, startedMs: 0, completedMs: 10 };
  const anatomy = latencyAnatomy(run({ activities: [call], tasks: [task] }));
  assert.deepEqual(anatomy, { ...none, totalMs: 100, modelMs: 90, orchestrationMs: 10 });
});

test('a last attempt that left no record has its time, and what went before it is back-off', () => {
  const more = { startedMs: 50, closedMs: 100, attempts: 2, state: 'failed', spans: [attempt(0, 20)] } as const;
  const anatomy = latencyAnatomy(run({ activities: [activity('judgeDraft', { ...more, spans: [...more.spans] })] }));
  assert.deepEqual(anatomy, { ...none, totalMs: 100, modelMs: 70, backoffMs: 30 });
});

test('a task that no worker took for more than a second waited for a worker', () => {
  const task = { scheduledMs: 0, startedMs: 5000, completedMs: 5010 };
  assert.deepEqual(latencyAnatomy(run({ tasks: [task], endMs: 5010, result: {} })), {
    ...none,
    totalMs: 5010,
    queueMs: 5000,
    orchestrationMs: 10,
  });
});

test('each stage has its steps and the way to them, and the stages add up too', () => {
  const scoped = (stage: string, scheduledMs: number, closedMs: number) => {
    const input = [{}, { scope: { stage, specialist: 'code', try: 1 } }];
    const spans = [attempt(scheduledMs, closedMs)];
    return activity('callSpecialist', { input, scheduledMs, startedMs: scheduledMs, closedMs, spans });
  };
  const tasks = [0, 30, 80].map((scheduledMs) => {
    return { scheduledMs, startedMs: scheduledMs, completedMs: scheduledMs + 10 };
  });
  const activities = [scoped('routing', 10, 30), scoped('gate', 40, 80)];
  const byStage = latencyByStage(run({ activities, tasks, endMs: 90, result: {} }));
  assert.deepEqual(byStage.routing, { ...none, totalMs: 30, modelMs: 20, orchestrationMs: 10 });
  assert.deepEqual(byStage.gate, { ...none, totalMs: 50, modelMs: 40, orchestrationMs: 10 });
  assert.deepEqual(byStage.rest, { ...none, totalMs: 10, orchestrationMs: 10 });
  assert.deepEqual([byStage.specialist.totalMs, byStage.synthesis.totalMs], [0, 0]);
});

test('a run in which nobody waited for anything has no waiting, however the server spaces its events', () => {
  const names = readdirSync(join(checkout, 'test/histories')).filter((name) =>
    /orchestrated|single|fan-out/.test(name),
  );
  assert.equal(names.length, 6);
  for (const name of names) {
    const history = readRunHistory(JSON.parse(readFileSync(join(checkout, 'test/histories', name), 'utf8')));
    assert.equal(latencyAnatomy(history).waitingMs, 0, name);
  }
});

test('a history as the server sends it is read like its JSON form, failures and timers included', () => {
  const folders = ['test/histories', 'test/histories/ways'].map((folder) => join(checkout, folder));
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const histories = files.filter((file) => file.endsWith('.json'));
  assert.ok(histories.length > 20);
  for (const file of histories) {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(readServerHistory(historyFromJSON(json)), readRunHistory(json), file);
  }
});

test('whatever a history says, the parts are not negative and add up to the wall clock', () => {
  const moment = fc.integer({ min: -50, max: 300 });
  const step = fc.record({
    type: fc.constantFrom('callSpecialist', 'runTool', 'openRepository'),
    scheduledMs: fc.integer({ min: 0, max: 200 }),
    startedMs: fc.option(moment),
    closedMs: fc.option(moment),
    attempts: fc.integer({ min: 1, max: 4 }),
    spans: fc.array(fc.tuple(moment, moment, fc.integer({ min: 1, max: 4 }), fc.constantFrom('1#', '1#1/', '0#1/')), {
      maxLength: 4,
    }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), fc.integer({ min: 0, max: 250 }), (steps, endMs) => {
      const activities = steps.map(({ type, spans, ...more }) =>
        activity(type, {
          ...more,
          spans: spans.map(([from, to, number, key]) => part(`${key}${number}`, from, to, number)),
        }),
      );
      const history = run({ activities, endMs });
      const { totalMs, ...parts } = latencyAnatomy(history);
      assert.equal(totalMs, endMs);
      const stages = Object.values(latencyByStage(history));
      assert.equal(
        stages.reduce((sum, stage) => sum + stage.totalMs, 0),
        endMs,
      );
      assert.ok(Object.values(parts).every((ms) => ms >= 0));
      assert.equal(
        latencyParts.reduce((sum, part) => sum + parts[`${part}Ms`], 0),
        totalMs,
      );
    }),
  );
});

test('a real run with retries and rate limits adds up, and shows both', async () => {
  const busy = { ...openAiError(429, 'slow down'), headers: { 'retry-after': '2' } };
  await using team = await startTeam({}, [openAiError(500, 'oops'), busy]);
  await using scene = await openScene({ modelUrl: team.url });
  const limits = { ...quickLimits, modelCallTotalSeconds: 2, modelCallAttempts: 2 };
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), limits, forcedRoute: 'code' });
  await handle.result();
  const { startTime, closeTime } = await handle.describe();
  const history = readRunHistory(JSON.parse(historyToJSON(await handle.fetchHistory())));
  const { totalMs, ...parts } = latencyAnatomy(history);
  const sum = latencyParts.reduce((most, part) => most + parts[`${part}Ms`], 0);
  const wallMs = (closeTime?.getTime() ?? 0) - startTime.getTime();
  assert.equal(sum, totalMs);
  assert.ok(Math.abs(sum - wallMs) <= 0.02 * wallMs, `${sum} of ${wallMs}`);
  assert.ok(parts.backoffMs >= 900, `back-off ${parts.backoffMs}`);
  assert.ok(parts.waitingMs >= 1900, `waiting ${parts.waitingMs}`);
  for (const part of ['modelMs', 'toolMs', 'orchestrationMs'] as const) assert.ok(parts[part] > 0, part);
});
