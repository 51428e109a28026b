/** `onWeak: next-route`: a weak draft of one specialist hands the question to the next likely one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import type { AnswerOutcome } from '../../contracts/run.ts';
import type { RouteDecision } from '../../contracts/agent.ts';
import { retryRoute } from '../../workflows/answer-question/routing.ts';
import { traceOf } from '../support/histories.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { goodDraft, inventedDraft, says, startTeam } from '../support/team.ts';

const question = 'When does boil throw?';
const specialists = ['code', 'docs', 'debug'].map((name) => ({
  name,
  purpose: name,
  prompt: `You are ${name}.`,
  tools: ['search_code'],
}));
const nextRoute = (more: Record<string, unknown> = {}) =>
  pipeline({ specialists, gate: { retryLimit: 2, onWeak: 'next-route', ...more } });

/** A router that says how likely each route is. */
function likely(probabilities: Record<string, number>) {
  const top = Object.entries(probabilities).map(([token, each]) => ({ token, logprob: Math.log(each) }));
  const [first] = top;
  const reply = says(first?.token ?? '');
  const body = reply.body as { choices: object[] };
  const logprobs = { content: [{ ...first, top_logprobs: top }] };
  return () => ({ ...reply, body: { ...body, choices: body.choices.map((each) => ({ ...each, logprobs })) } });
}

/** Only the specialist of this name has a draft that holds; `asked` tells who was asked, in order. */
async function teamWithOneWhoKnows(name: string, probabilities = { code: 0.7, docs: 0.2, debug: 0.1 }) {
  const asked: string[] = [];
  const team = await startTeam({
    router: likely(probabilities),
    specialist: ({ system }) => {
      const who = /You are (\w+)\./.exec(system)?.[1] ?? '';
      asked.push(who);
      return says(who === name ? goodDraft : { ...inventedDraft, answer: `${who} thinks that it whistles.` });
    },
  });
  return { team, asked, [Symbol.asyncDispose]: () => team[Symbol.asyncDispose]() };
}

type Verdict = { specialist: string; accepted: boolean; reasons: string[] };

/** What the trace says of each round of the gate, in order. */
async function gatesOf(handle: WorkflowHandle): Promise<{ verdicts: Verdict[]; retries: unknown }[]> {
  const { spans } = await traceOf(handle);
  return spans
    .filter(({ name }) => name === 'gate')
    .toSorted((one, other) => one.startMs - other.startMs)
    .map(({ output, metadata }) => {
      const verdicts = output?.kind === 'value' ? (output.value as Verdict[]) : [];
      return { verdicts, retries: metadata.retry_count };
    });
}

test('a weak draft goes to the next likely route, and each gate span of the trace has its own verdict', async () => {
  await using stage = await teamWithOneWhoKnows('docs');
  await using scene = await openScene({ modelUrl: stage.team.url });
  const handle = await scene.start(question, { pipeline: nextRoute() });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'answered');
  assert.deepEqual(stage.asked, ['code', 'docs']);
  assert.deepEqual([state.route, state.routes_run, state.retry_count], ['code', ['code', 'docs'], 1]);
  assert.deepEqual(
    state.specialist_output.map((output) => [output.specialist, output.try, output.round, output.accepted]),
    [
      ['code', 1, 1, false],
      ['docs', 1, 2, true],
    ],
  );
  assert.deepEqual(
    state.superseded.map(({ specialist }) => specialist),
    ['code'],
  );
  const [weak, accepted, ...more] = await gatesOf(handle);
  assert.deepEqual(more, []);
  assert.equal(weak?.retries, 0);
  assert.deepEqual(
    weak?.verdicts.map((each) => [each.specialist, each.accepted]),
    [['code', false]],
  );
  assert.match(weak?.verdicts[0]?.reasons.join() ?? '', /lib\/kettle\.js:40-41 does not hold/);
  assert.deepEqual(accepted, { verdicts: [{ specialist: 'docs', accepted: true, reasons: [] }], retries: 1 });
});

test('once all routes are tried the same specialist works again, and its second try has a gate span of its own', async () => {
  await using stage = await teamWithOneWhoKnows('nobody');
  await using scene = await openScene({ modelUrl: stage.team.url });
  const handle = await scene.start(question, { pipeline: nextRoute({ retryLimit: 3 }) });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'retries-exhausted');
  assert.deepEqual(stage.asked, ['code', 'docs', 'debug', 'debug']);
  assert.deepEqual(state.routes_run, ['code', 'docs', 'debug']);
  const gates = await gatesOf(handle);
  assert.deepEqual(
    gates.map(({ verdicts, retries }) => [retries, ...verdicts.map(({ specialist }) => specialist)]),
    [
      [0, 'code'],
      [1, 'docs'],
      [2, 'debug'],
      [3, 'debug'],
    ],
  );
});

test('after two side by side the third takes over, and the first gate span has both verdicts', async () => {
  await using stage = await teamWithOneWhoKnows('debug', { docs: 0.4, code: 0.35, debug: 0.25 });
  await using scene = await openScene({ modelUrl: stage.team.url });
  const handle = await scene.start(question, { pipeline: nextRoute() });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'answered');
  assert.deepEqual(state.routes_run, ['docs', 'code', 'debug']);
  const gates = await gatesOf(handle);
  assert.deepEqual(
    gates.map(({ verdicts }) => verdicts.map(({ specialist, accepted }) => `${specialist} ${accepted}`).toSorted()),
    [['code false', 'docs false'], ['debug true']],
  );
});

test('a forced route stays', async () => {
  await using stage = await teamWithOneWhoKnows('docs');
  await using scene = await openScene({ modelUrl: stage.team.url });
  const handle = await scene.start(question, { pipeline: nextRoute(), forcedRoute: 'debug' });
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  assert.equal(kind, 'retries-exhausted');
  assert.deepEqual(stage.asked, ['debug', 'debug', 'debug']);
  assert.deepEqual(state.routes_run, ['debug']);
});

const routed = (source: RouteDecision['source']): RouteDecision => ({
  route: 'code',
  probabilities: [
    { route: 'code', probability: 0.6 },
    { route: 'docs', probability: 0.3 },
    { route: 'debug', probability: 0.1 },
  ],
  source,
  fallback: source === 'fallback',
  reply: '',
});

for (const [what, decision, onWeak, run, expected] of [
  ['the next likely route works again', routed('logprobs'), 'next-route', ['code'], 'docs'],
  ['what has run is passed over', routed('text'), 'next-route', ['docs', 'code'], 'debug'],
  ['a fallback may be left, too', routed('fallback'), 'next-route', ['code'], 'docs'],
  ['the same works again once all have run', routed('logprobs'), 'next-route', ['code', 'docs', 'debug'], 'code'],
  ['the same works again unless the gate says otherwise', routed('logprobs'), 'same-route', ['code'], 'code'],
  ['a forced route stays', routed('forced'), 'next-route', ['code'], 'code'],
  ['without a decision the same works again', null, 'next-route', ['code'], 'code'],
] as const)
  test(`after a weak draft: ${what}`, () => {
    assert.equal(retryRoute(decision, onWeak, { same: 'code', run }), expected);
  });
