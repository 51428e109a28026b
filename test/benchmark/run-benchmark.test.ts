/**
 * Each test has a benchmark of its own in one data directory, and replays every run of it from history. Not with
 * `replayAtEachTask`: a worker without a cache loses local activities of workflows that run side by side, and waits 10 s for
 * each.
 */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { RunLogRecord } from '../../contracts/run-log.ts';
import { kettleQuestions, startBenchmark } from '../support/benchmark.ts';
import { openScene, pipeline, quickLimits, type Scene } from '../support/scene.ts';
import type { ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import type { ScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { calls, type Cue, goodDraft, inventedDraft, says, startTeam } from '../support/team.ts';
import { until } from '../support/until.ts';

const split = pipeline({ name: 'split' });
/** What its runs would ask a person, a benchmark asks nobody: else none of them ended. */
const decisions = { draft: { policy: 'ask' } } as const;
const alone = pipeline({ name: 'alone', router: null, specialists: [pipeline().specialists[0]], decisions });
const variants: PipelineSpec[] = [alone, split];

const keysOf = (questions: number) =>
  variants.flatMap(({ name }) => kettleQuestions.slice(0, questions).map(({ id }) => `${name}/${id}/1`)).toSorted();

let team: ScriptedServer;
let scene: Scene;
/** The specialist of the test that runs. */
let specialist: (cue: Cue) => ScriptedReply | Promise<ScriptedReply>;
/** Requests before that test. */
let earlier = 0;

/** Requests since it began. */
const requests = (): number => team.requests.length - earlier;

before(async () => {
  team = await startTeam({ specialist: (cue) => specialist(cue) });
  scene = await openScene({ modelUrl: team.url });
});

beforeEach(() => {
  specialist = () => says(goodDraft);
  earlier = team.requests.length;
});

after(async () => {
  await scene[Symbol.asyncDispose]();
  await team[Symbol.asyncDispose]();
});

test('every question is asked once with every variant, recorded once with its history, and graded', async () => {
  // A call of the specialist is held until there are two, if there ever are.
  let [now, most] = [0, 0];
  let both = Promise.withResolvers<void>();
  specialist = async ({ user, request }) => {
    now += 1;
    most = Math.max(most, now);
    void request.ended.then(() => {
      now -= 1;
    });
    const pair = both;
    if (now < 2) await Promise.race([pair.promise, pause(5_000, null, { ref: false })]);
    else {
      both = Promise.withResolvers();
      pair.resolve();
    }
    const draft = user.includes('case 3') ? { ...goodDraft, answer: 'Never.' } : goodDraft;
    return { ...says(draft), delayMs: 100 };
  };
  const benchmark = await startBenchmark(scene, { variants, questions: 3, concurrency: 2 });
  const { kind, progress } = await benchmark.ending();
  assert.equal(kind, 'finished');
  assert.deepEqual(benchmark.keys(), keysOf(3));
  assert.deepEqual([progress.done, progress.total, progress.running], [6, 6, 0]);
  assert.deepEqual(progress.tally.arms, {
    alone: { done: 3, graded: 3, right: 2 },
    split: { done: 3, graded: 3, right: 2 },
  });
  // One call of the specialist alone; the split asks its router first.
  assert.equal(progress.tally.usage.modelCalls, 3 + 6);
  assert.equal(requests(), 3 + 6);
  assert.equal(most, 2, 'what is in flight is never more than the limit');
  for (const record of benchmark.records()) {
    assert.equal(record.workflow_id, `${benchmark.id}/${record.variant}/${record.question_id}/1`);
    assert.equal(record.dataset, 'kettle-000000000000');
    assert.ok((record.latency_ms?.total ?? 0) > 0);
    assert.equal(benchmark.history(record).workflowType, 'answerQuestion');
  }
  assertLevel(benchmark.records());
  assert.equal((await benchmark.replayAll()).length, 1);
  // The server's own limit is far beyond that of the run.
  const { events } = await benchmark.run('alone/q1/1').fetchHistory();
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  assert.equal(Number(started?.workflowExecutionTimeout?.seconds), 90 * 86_400);
});

/** Of two that are in flight at once, neither variant is ever more than one question ahead. */
function assertLevel(records: readonly RunLogRecord[]): void {
  const begun = records.toSorted((a, b) => ((a.started_at ?? '') < (b.started_at ?? '') ? -1 : 1));
  const order = begun.map(({ variant, question_id }) => `${variant}/${question_id}`);
  for (const [at, { question_id }] of begun.entries()) {
    const question = Number(question_id.slice(1)) - 1;
    assert.ok(Math.abs(question - Math.floor(at / 2)) <= 1, order.join());
    const ofAlone = begun.slice(0, at + 1).filter(({ variant }) => variant === 'alone').length;
    assert.ok(Math.abs(2 * ofAlone - (at + 1)) <= 2, order.join());
  }
}

test('a run that breaks, is refused or is terminated is a record with its error, calls that met a 429 are counted, and the others go on', async () => {
  const busy = { status: 429, headers: { 'retry-after-ms': '20' }, body: { error: { message: 'slow down' } } };
  team.play(busy, busy);
  const hanging = Promise.withResolvers<void>();
  let hang = true;
  specialist = ({ user }) => {
    if (user.includes('case 1')) return { status: 401, body: {} };
    if (!hang) return says(goodDraft);
    hang = false;
    hanging.resolve();
    return { fault: 'hang' };
  };
  const benchmark = await startBenchmark(scene, { variants, questions: 2, concurrency: 1 });
  await hanging.promise;
  await benchmark.run('alone/q2/1').terminate('not needed');
  const { kind, progress } = await benchmark.ending();
  assert.equal(kind, 'finished');
  assert.deepEqual(benchmark.keys(), keysOf(2));
  assert.deepEqual([progress.tally.failed, progress.tally.rateLimited], [3, 2]);
  const [other, ...rest] = benchmark.records().filter(({ error }) => error === null);
  assert.deepEqual([other?.variant, other?.question_id, other?.outcome, rest], ['split', 'q2', 'answered', []]);
  const broken = benchmark.records().filter(({ question_id }) => question_id === 'q1');
  assert.equal(broken.length, variants.length);
  for (const { error, outcome } of broken) {
    assert.equal(outcome, 'unavailable');
    assert.equal((error as { kind: string }).kind, 'ModelKeyRejected');
  }
  const ended = benchmark.records().find(({ workflow_id }) => workflow_id === `${benchmark.id}/alone/q2/1`);
  assert.match(JSON.stringify(ended?.error), /terminated/);
  await benchmark.replayAll();
});

test('a paused benchmark asks nothing new, and goes on when it is resumed', async () => {
  specialist = () => ({ ...says(goodDraft), delayMs: 300 });
  const benchmark = await startBenchmark(scene, { variants: [alone], questions: 3, concurrency: 2 });
  await team.request(earlier);
  await benchmark.handle.signal('pause');
  // What is in flight is recorded; then nothing more is asked.
  await benchmark.untilRecorded(1);
  const still = await until(async () => {
    const before = team.requests.length;
    await pause(300);
    if (team.requests.length > before) return null;
    const progress = await benchmark.progress();
    return progress.running === 0 ? progress : null;
  }, 60);
  assert.equal(still.state, 'paused');
  assert.ok(still.done > 0 && still.done < 3, `${still.done} done`);
  const asked = team.requests.length;
  await benchmark.handle.signal('resume');
  const { progress } = await benchmark.ending();
  assert.ok(team.requests.length > asked);
  assert.equal(progress.done, 3);
  assert.deepEqual(benchmark.keys(), ['alone/q1/1', 'alone/q2/1', 'alone/q3/1']);
  await benchmark.replayAll();
});

test('a benchmark is not finished whose last answer could not be recorded, and nobody came; the next try records it', async () => {
  specialist = () => ({ ...says(goodDraft), delayMs: 300 });
  const limits = { ...quickLimits, personWaitSeconds: 1 };
  const benchmark = await startBenchmark(scene, { variants: [alone], questions: 1, limits });
  const inTheWay = join(benchmark.folder, 'histories');
  writeFileSync(inTheWay, '');
  const { kind } = await benchmark.ending();
  assert.deepEqual([kind, benchmark.keys()], ['unavailable', []]);
  await benchmark.replayAll();
  rmSync(inTheWay);
  await benchmark.start();
  assert.equal((await benchmark.ending()).kind, 'finished');
  assert.equal(benchmark.keys().length, 1);
});

test('a cancelled benchmark stops its runs; started again it asks what is missing, and nothing twice', async () => {
  let hang = true;
  let hanging = 0;
  specialist = ({ user }) => {
    if (!hang || !user.includes('case 2')) return says(goodDraft);
    hanging += 1;
    return { fault: 'hang' };
  };
  const benchmark = await startBenchmark(scene, { variants, questions: 3, concurrency: 2 });
  await benchmark.untilRecorded(2);
  // Two hang: one of the variant alone, one behind the split's router.
  await until(async () => (hanging === 2 ? true : null));
  await benchmark.handle.cancel();
  const { kind, progress } = await benchmark.ending();
  assert.deepEqual([kind, progress.done], ['cancelled', 2]);
  const left = await scene.client.workflow.getHandle(`${benchmark.id}/alone/q2/1`).result();
  assert.equal(left.kind, 'cancelled');
  assert.equal(benchmark.records().length, 2);

  hang = false;
  const asked = team.requests.length;
  await benchmark.start();
  const again = await benchmark.ending();
  assert.deepEqual([again.kind, again.progress.done], ['finished', 6]);
  assert.deepEqual(benchmark.keys(), keysOf(3));
  assert.equal(team.requests.length - asked, 2 + 4);
  assert.ok(benchmark.records().every(({ outcome }) => outcome === 'answered'));
  await benchmark.replayAll();
});

test('a terminated benchmark that is started again records the runs that went on without it', async () => {
  specialist = () => ({ ...says(goodDraft), delayMs: 1000 });
  const benchmark = await startBenchmark(scene, { variants: [alone], questions: 2, concurrency: 2 });
  await team.request(earlier + 1);
  await benchmark.handle.terminate('killed');
  await benchmark.start();
  const { progress } = await benchmark.ending();
  assert.equal(progress.done, 2);
  assert.equal(benchmark.records().length, 2);
  assert.equal(requests(), 2);
  assert.ok(benchmark.records().every(({ outcome }) => outcome === 'answered'));
  await benchmark.replayAll();
});

test('a limit on tokens ends the benchmark with what it has', async () => {
  // A scripted reply counts 15 tokens.
  const benchmark = await startBenchmark(scene, {
    variants: [alone],
    questions: 3,
    limit: { kind: 'tokens', most: 35 },
  });
  const { kind, progress } = await benchmark.ending();
  assert.equal(kind, 'limit-reached');
  assert.equal(progress.done, 2);
  assert.equal(benchmark.records().length, 2);
  await benchmark.replayAll();
});

test('a history that gets long goes on in a new run, with nothing lost and nothing asked twice', async () => {
  specialist = () => says(inventedDraft);
  const ungated = { ...alone, gate: null };
  const benchmark = await startBenchmark(scene, { variants: [ungated], questions: 3, eventLimit: 30 });
  const { kind, progress } = await benchmark.ending();
  assert.deepEqual([kind, progress.done, progress.total], ['finished', 3, 3]);
  assert.equal(benchmark.records().length, 3);
  assert.equal(new Set(benchmark.keys()).size, 3);
  assert.equal(requests(), 3);
  const lengths = await benchmark.replayAll();
  assert.ok(lengths.length >= 3, `${lengths.length} runs`);
  assert.ok(Math.max(...lengths) <= 50, lengths.join());
});

test('a benchmark that stays paused ends by itself; started again it asks what is missing', async () => {
  specialist = () => ({ ...says(goodDraft), delayMs: 300 });
  const limits = { ...quickLimits, personWaitSeconds: 2 };
  const benchmark = await startBenchmark(scene, { variants: [alone], questions: 2, concurrency: 1, limits });
  await team.request(earlier);
  await benchmark.handle.signal('pause');
  const ending = await Promise.race([benchmark.ending(), pause(60_000, null, { ref: false })]);
  if (ending === null) await benchmark.handle.cancel();
  assert.equal(ending?.kind, 'unavailable');
  assert.equal(ending.progress.note, 'nobody resumed it in time');
  assert.ok(ending.progress.done < 2);
  await benchmark.start();
  const { kind } = await benchmark.ending();
  assert.equal(kind, 'finished');
  assert.equal(new Set(benchmark.keys()).size, 2);
  assert.equal(benchmark.records().length, 2);
  await benchmark.replayAll();
});

test('a benchmark that is run again pays for no call and comes out the same, trial by trial', async () => {
  let asked = 0;
  specialist = ({ turn }) => {
    asked += 1;
    if (turn === 0) return calls(['search_code', { query: 'boil' }]);
    // A model of many minds: each call has an answer of its own.
    const answer = asked % 3 === 0 ? `Never, ${asked}.` : `${goodDraft.answer} ${asked}`;
    return says({ ...goodDraft, answer });
  };
  const options = { variants, trials: 2, questions: 1, replies: 'shared' } as const;
  const table = (benchmark: Awaited<ReturnType<typeof startBenchmark>>) =>
    benchmark
      .records()
      .map(({ variant, question_id, trial, final_answer, route, usage, cost_usd }) => {
        const { reused: _reused, ...counted } = usage ?? {};
        return { variant, question_id, trial, final_answer, route, counted, cost_usd };
      })
      .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  const monday = await startBenchmark(scene, options);
  const first = await monday.ending();
  const paid = requests();
  assert.equal(first.progress.tally.usage.modelCalls, paid, 'neither trials nor variants share a call');
  assert.equal(first.progress.tally.usage.reused, undefined);
  const answers = new Set(monday.records().map(({ final_answer }) => final_answer));
  assert.equal(answers.size, 4);

  const tuesday = await startBenchmark(scene, { ...options, limit: { kind: 'tokens', most: 1 } });
  const second = await tuesday.ending();
  assert.equal(second.kind, 'finished', 'a limit is one of what is paid');
  assert.equal(requests(), paid, 'no model was asked');
  assert.deepEqual(table(tuesday), table(monday));
  assert.deepEqual(second.progress.tally.arms, first.progress.tally.arms);
  const { usage } = second.progress.tally;
  assert.deepEqual([usage.modelCalls, usage.reused?.modelCalls], [paid, paid]);
  for (const { usage: used } of tuesday.records()) assert.equal(used?.reused?.model_calls, used?.model_calls);
  await tuesday.replayAll();
});
