/** What a fork will take and pay, told before it starts; and what comes of it. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type ForkedRun,
  forkedRun,
  type ForkOptions,
  forkInput,
  planOfFork,
} from '../../application/forks/fork-run.ts';
import { planFork } from '../../application/forks/fork-plan.ts';
import { stepNamed } from '../../application/forks/fork-step.ts';
import { callsOfRun, type RunCall } from '../../application/forks/run-calls.ts';
import { resultOfRun } from '../../application/runs/run-record.ts';
import { runOfFile } from '../../application/runs/load-run.ts';
import { newRunId, startRun } from '../../application/runs/start-run.ts';
import { planText } from '../../client/runs/fork-text.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { KeptReplies } from '../../contracts/reuse.ts';
import { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { paidOf } from '../../contracts/usage-sum.ts';
import { checkout } from '../support/temporal.ts';
import { openScene, pipeline, quickLimits } from '../support/scene.ts';
import { roleOf, startTeam, unclear } from '../support/team.ts';
import { sessionOf } from './session.ts';

async function stored(name: string): Promise<{ calls: RunCall[]; input: QuestionInput; kept: KeptReplies }> {
  const { history } = await runOfFile(join(checkout, 'test/histories', `${name}.json`));
  const calls = callsOfRun(history, AnswerOutcome.parse(history.result));
  const input = QuestionInput.parse(history.input[0]);
  return { calls, input, kept: Object.fromEntries(calls.map(({ key }) => [key, 'kept'])) };
}

const routesOf = (calls: readonly RunCall[]) => [...new Set(calls.flatMap(({ step }) => step.specialist ?? []))];

const statesOf = ({ calls }: ReturnType<typeof planFork>) => calls.map(({ name, state }) => `${name}: ${state}`);

test('the calls of a run have the names that a person gives them, round by round', async () => {
  const weak = await stored('orchestrated-weak-then-better');
  const names = weak.calls.map(({ name }) => name);
  assert.equal(names[0], 'router');
  assert.ok(names.includes('code try 2 turn 1'), names.join());
  const second = weak.calls.find(({ name }) => name === 'code try 2 turn 1');
  assert.equal(second?.step.round, 2);
  const fan = await stored('fan-out-and-synthesis');
  assert.equal(fan.calls.at(-1)?.name, 'synthesis');
  for (const { name, step } of fan.calls) assert.deepEqual(stepNamed(name, fan.calls), step, name);
  const [one = ''] = routesOf(fan.calls);
  assert.deepEqual(stepNamed(` ${one.toUpperCase()} `, fan.calls), stepNamed(`${one} try 1 turn 1`, fan.calls));
  assert.throws(() => stepNamed('jugde', fan.calls), /no step "jugde": take one of router, .*synthesis/);
});

test('what is changed is paid, what rests on it perhaps, and the rest is taken', async () => {
  const { calls, input, kept } = await stored('fan-out-and-synthesis');
  const plan = (now: Partial<QuestionInput>, have = kept) =>
    planFork(calls, { before: input, now: { ...input, ...now } }, {}, have);
  const same = plan({});
  assert.deepEqual([same.certain.calls, same.atMost.calls], [0, 0]);
  const { pipeline: spec } = input;
  const [one = '', two = ''] = routesOf(calls);
  const edited = plan({ pipeline: { ...spec, synthesis: { ...spec.synthesis, prompt: 'Be short.' } } });
  assert.deepEqual([edited.certain.calls, edited.atMost.calls], [1, 1]);
  assert.equal(statesOf(edited).at(-1), 'synthesis: paid');
  const specialists = spec.specialists.map((each) => (each.name === one ? { ...each, prompt: 'Other.' } : each));
  const other = plan({ pipeline: { ...spec, specialists } });
  assert.ok(statesOf(other).includes(`${one} try 1 turn 1: paid`));
  assert.ok(statesOf(other).includes('synthesis: follows'));
  const beside = statesOf(other).filter((state) => state.startsWith(two));
  assert.ok(beside.length > 0 && beside.every((state) => state.endsWith('taken')), beside.join());
  assert.ok(plan({ question: 'Another?' }).atMost.calls === calls.length);
  const third = spec.specialists.find(({ name }) => name !== one && name !== two)?.name ?? '';
  const forced = plan({ forcedRoute: third });
  assert.deepEqual(forced.unknown, [third]);
  assert.ok(statesOf(forced).every((state) => !state.startsWith(one) || state.endsWith('not-asked')));
  const [first] = calls;
  const lost = plan({}, { ...kept, [first?.key ?? '']: 'other-model' });
  assert.deepEqual([lost.certain.calls, lost.atMost.calls, lost.gone], [1, calls.length, 0]);
  const text = planText('ask-1', { plan: edited, remarks: ['x'] }, 80);
  assert.match(text, /paid +1 {2}synthesis \(the synthesizer is changed\)\npaid: 1 model call; [\d,]+ tokens/);
});

test('a run is forked by what is told of it: from a step, with other prompts, and not while it goes on', async () => {
  await using team = await startTeam({ router: () => unclear('code', 'docs') });
  await using scene = await openScene({ modelUrl: team.url });
  await using session = await sessionOf(scene);
  const settings = loadConfig({ SWITCHYARD_HOME: scene.dataDirectory });
  const repository = { kind: 'path', path: `${scene.dataDirectory}/repository` } as const;
  const input = { question: 'What?', repository, pipeline: pipeline(), forcedRoute: null, limits: quickLimits };
  const id = newRunId();
  const { handle } = await startRun(session, input, id);
  await assert.rejects(forkedRun(session, id), { code: 'RunStillGoesOn' });
  await handle.result();
  await assert.rejects(forkedRun(session, 'nobody'), { code: 'RunNotFound' });
  const before = await forkedRun(session, id);
  await assert.rejects(forkInput(before, { from: 'judge' }, settings), { code: 'InvalidInput', field: 'from' });
  const prepare = async (run: ForkedRun, options: ForkOptions) =>
    planOfFork(session, run, await forkInput(run, options, settings));
  const asked = team.requests.length;
  const { input: fork, plan } = await prepare(before, { from: 'synthesis' });
  assert.deepEqual([plan.calls.length, plan.certain.calls, plan.atMost.calls], [asked, 1, 1]);
  assert.equal(team.requests.length, asked, 'a plan asks no model');
  // Two at once: each pays for its own.
  const forks = ['fork-a', 'fork-b'].map((name) => `${name}-${id}`);
  const runs = await Promise.all(forks.map((name) => startRun(session, fork, name)));
  await Promise.all(runs.map((run) => run.handle.result()));
  assert.deepEqual(team.requests.slice(asked).map(roleOf), ['synthesizer', 'synthesizer']);
  const { outcome } = await resultOfRun(session, forks[0] ?? '');
  assert.deepEqual(outcome.state.fork_of, { workflowId: id, runId: before.runId });
  assert.equal(paidOf(outcome.state.usage).modelCalls, 1);
  const second = await forkedRun(session, forks[0] ?? '');
  const again = await prepare(second, {});
  assert.deepEqual(again.input.forkOf?.earlier, [{ workflowId: id, runId: before.runId }]);
  assert.equal(again.plan.atMost.calls, 0);
  // Without the replies a fork says so, and that all is paid.
  rmSync(join(scene.dataDirectory, 'journal'), { recursive: true });
  await using other = await openScene({ modelUrl: team.url, dataDirectory: scene.dataDirectory });
  await using there = await sessionOf(other);
  const lost = await planOfFork(there, before, await forkInput(before, {}, settings));
  assert.equal(lost.plan.gone, asked);
  assert.match(lost.remarks.join(), /replies are not kept any more/);
});
