/** Nothing is said to be missing from a repository that was not looked for: the rule, through whole runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exitCodeOf } from '../../client/exit-codes.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { shareScenes } from '../support/shared-in-file.ts';
import { calls, type Cue, goodDraft, inventedDraft, roleOf, says, startTeam, unclear } from '../support/team.ts';

shareScenes();

const nothing = {
  answer: 'The repository does not say anything about whistles.',
  citations: [],
  confidence: 0.9,
  insufficient: true,
  gaps: [],
};
const searches = calls(['search_code', { query: 'whistle' }]);
const fails = calls(['rm', { path: '/' }]);
const ungated = () => pipeline({ gate: null });
const twoSpecialists = (more: Record<string, unknown> = {}) =>
  pipeline({
    specialists: ['code', 'docs'].map((name) => ({
      name,
      purpose: name,
      prompt: `You are ${name}.`,
      tools: ['search_code', 'read_lines'],
    })),
    ...more,
  });
const nameIn = ({ system }: Cue) => /You are (\w+)\./.exec(system)?.[1] ?? '';

test('an abstention without a tool call goes back for it, also without a judge, and its words are never the answer', async () => {
  await using team = await startTeam({
    specialist: ({ user, reviewed }) => {
      if (reviewed) assert.match(user, /<review>\n- nothing was searched: call a tool/);
      return says(nothing);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('Why whistles?', { pipeline: pipeline({ gate: { retryLimit: 1 } }) });
  assert.equal(outcome.kind, 'retries-exhausted');
  assert.match(outcome.kind === 'retries-exhausted' ? outcome.reasons.join() : '', /nothing was searched/);
  assert.equal(team.requests.map(roleOf).filter((role) => role === 'specialist').length, 2);
  assert.equal(outcome.state.final_answer, null);
  assert.equal(exitCodeOf(outcome.kind), 1);
});

test('sent back it may search, also in vain, and the answer says what was searched', async () => {
  await using team = await startTeam({
    specialist: ({ reviewed, turn }) => (reviewed && turn === 0 ? searches : says(nothing)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('Why whistles?', { pipeline: pipeline() });
  assert.equal(kind, 'insufficient-evidence');
  assert.equal(state.retry_count, 1);
  assert.deepEqual(state.searched, ['"whistle" (search_code)']);
  assert.equal(state.final_answer, `${nothing.answer}\n\nSearched for: "whistle" (search_code).`);
});

test('without a gate an abstention without a search ends the run as retries exhausted, at once', async () => {
  await using team = await startTeam({ specialist: () => says(nothing) });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('Why whistles?', { pipeline: ungated() });
  assert.deepEqual([kind, state.final_answer, state.specialist_output.length], ['retries-exhausted', null, 1]);
  await using looking = await startTeam({ specialist: ({ turn }) => (turn === 0 ? searches : says(nothing)) });
  await using second = await openScene({ modelUrl: looking.url });
  assert.equal((await second.ask('Why whistles?', { pipeline: ungated() })).kind, 'insufficient-evidence');
});

for (const [name, arm] of [
  ['behind a gate', pipeline({ gate: { retryLimit: 1 } })],
  ['without one', ungated()],
] as const)
  test(`a run in which no tool call works is a failure that says why, ${name}`, async () => {
    await using team = await startTeam({ specialist: ({ turn }) => (turn === 0 ? fails : says(nothing)) });
    await using scene = await openScene({ modelUrl: team.url });
    const outcome = await scene.ask('Why whistles?', { pipeline: arm });
    assert.equal(outcome.kind, 'unavailable');
    const failure = outcome.kind === 'unavailable' ? outcome.failure : null;
    assert.equal(failure?.kind, 'ToolsFailed');
    assert.match(failure?.message ?? '', /tool calls? failed, so nothing was searched; rm: there is no tool "rm" here/);
    assert.equal(outcome.state.final_answer, null);
    assert.equal(exitCodeOf(outcome.kind), 1);
  });

test('of two side by side, the one that looked abstains for itself alone', async () => {
  await using team = await startTeam({
    router: () => unclear('code', 'docs'),
    specialist: (cue) => (nameIn(cue) === 'docs' && cue.turn === 0 ? searches : says(nothing)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('Why whistles?', { pipeline: twoSpecialists() });
  assert.equal(kind, 'insufficient-evidence');
  const byName = state.specialist_output.toSorted((one, other) => one.specialist.localeCompare(other.specialist));
  assert.deepEqual(
    byName.map(({ specialist, accepted }) => [specialist, accepted]),
    [
      ['code', false],
      ['docs', true],
    ],
  );
  assert.match(state.superseded.map(({ reason }) => reason).join(), /nothing was searched/);
});

test('a search of an earlier try is none of the next, and the earlier draft is what is shown', async () => {
  await using team = await startTeam({
    specialist: ({ reviewed, turn }) => (reviewed ? says(nothing) : turn === 0 ? searches : says(inventedDraft)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const { kind, state } = await scene.ask('Why whistles?', { pipeline: pipeline({ gate: { retryLimit: 1 } }) });
  assert.deepEqual([kind, state.final_answer], ['retries-exhausted', inventedDraft.answer]);
});

test('a search before a reply that is repaired counts', async () => {
  await using team = await startTeam({
    specialist: ({ turn }) => (turn === 0 ? searches : says(turn === 1 ? 'Not a draft.' : nothing)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  assert.equal((await scene.ask('Why whistles?', { pipeline: pipeline() })).kind, 'insufficient-evidence');
});

test('the next specialist looks for itself', async () => {
  await using team = await startTeam({
    specialist: (cue) => (nameIn(cue) === 'docs' && cue.turn === 0 ? searches : says(nothing)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const arm = twoSpecialists({ gate: { retryLimit: 1, onWeak: 'next-route' } });
  const { kind, state } = await scene.ask('Why whistles?', { pipeline: arm });
  assert.deepEqual([kind, state.routes_run], ['insufficient-evidence', ['code', 'docs']]);
});

test('a budget that ends the run does not make an answer of an abstention without a search', async () => {
  await using team = await startTeam({ specialist: () => says(nothing) });
  await using scene = await openScene({ modelUrl: team.url });
  const arm = pipeline({ budget: { modelCalls: 3 }, gate: { retryLimit: 9 } });
  const { kind, state } = await scene.ask('Why whistles?', { pipeline: arm });
  assert.deepEqual([kind, state.final_answer], ['budget-spent', null]);
});

test('a synthesis abstains only where a specialist has looked; else the best draft stands', async () => {
  for (const [looks, expected] of [
    [false, 'answered'],
    [true, 'insufficient-evidence'],
  ] as const) {
    await using team = await startTeam({
      router: () => unclear('code', 'docs'),
      specialist: ({ turn }) => (looks && turn === 0 ? searches : says(goodDraft)),
      synthesizer: () => says({ ...nothing, superseded: [] }),
    });
    await using scene = await openScene({ modelUrl: team.url });
    const { kind, state } = await scene.ask('When?', { pipeline: twoSpecialists() });
    assert.equal(kind, expected);
    if (!looks) assert.equal(state.final_answer, goodDraft.answer);
    else assert.match(state.final_answer ?? '', /Searched for: "whistle" \(search_code\)\.$/);
  }
});

// Whatever tools do.

const toolCalls = {
  hit: ['search_code', { query: 'boil' }],
  none: ['search_code', { query: 'zyxwvut' }],
  unknown: ['rm', { path: '/' }],
  refused: ['search_code', {}],
  missing: ['read_lines', { path: 'no/such.js' }],
} as const satisfies Record<string, [string, Record<string, unknown>]>;
const drafts = { abstains: nothing, good: goodDraft, invented: inventedDraft, prose: 'As a language model' };

/** One try of a specialist: its turns with tool calls, then its draft. */
const someTry = fc.record({
  turns: fc.array(
    fc.array(fc.constantFrom(...(Object.keys(toolCalls) as (keyof typeof toolCalls)[])), {
      minLength: 1,
      maxLength: 2,
    }),
    { maxLength: 2 },
  ),
  draft: fc.constantFrom('abstains', 'abstains', ...(Object.keys(drafts) as (keyof typeof drafts)[])),
});
const someRun = fc.record({
  tries: fc.array(someTry, { minLength: 3, maxLength: 3 }),
  retryLimit: fc.constantFrom(null, 0, 1, 2),
});
type SomeRun = typeof someRun extends fc.Arbitrary<infer Value> ? Value : never;

const looks = ({ turns }: SomeRun['tries'][number]) => turns.flat().some((call) => call === 'hit' || call === 'none');

function checkEnding({ tries }: SomeRun, outcome: AnswerOutcome): void {
  const { kind, state } = outcome;
  const made = tries.slice(0, state.specialist_output.length);
  if (kind === 'insufficient-evidence') {
    const last = made.at(-1);
    assert.ok(last !== undefined && last.draft === 'abstains' && looks(last));
    assert.match(state.final_answer ?? '', /Searched for: /);
  }
  if (kind !== 'insufficient-evidence' && state.final_answer !== null)
    assert.ok(state.final_answer !== nothing.answer || made.some((each) => each.draft === 'abstains' && looks(each)));
  const called = made.flatMap(({ turns }) => turns.flat());
  if (kind !== 'answered' && called.length > 0 && !made.some(looks))
    assert.equal(outcome.kind === 'unavailable' && outcome.failure.kind, 'ToolsFailed');
  if (kind !== 'answered' && called.length === 0) assert.equal(kind, 'retries-exhausted');
}

test('whatever tools and drafts do, nothing is said to be missing without a search that worked', async () => {
  let runs: SomeRun[] = [];
  const tried = new Map<string, number>();
  await using team = await startTeam({
    specialist: ({ user, turn, request }) => {
      const which = /case (\S+)/.exec(user)?.[1] ?? '';
      if (turn === 0) tried.set(which, (tried.get(which) ?? 0) + 1);
      const { turns, draft } = runs[Number(which.split('-')[1])]?.tries[(tried.get(which) ?? 1) - 1] ?? someNothing;
      const asked = request.body.tool_choice === 'none' ? undefined : turns[turn];
      return asked === undefined ? says(drafts[draft]) : calls(...asked.map((call) => toolCalls[call] as never));
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  let round = 0;
  const many = fc.array(someRun, { minLength: 6, maxLength: 6 });
  const property = fc.asyncProperty(many, async (some) => {
    runs = some;
    round += 1;
    const outcomes = await Promise.all(
      some.map(({ retryLimit }, at) => {
        const gate = retryLimit === null ? null : { retryLimit };
        return scene.ask(`case ${round}-${at}`, { pipeline: pipeline({ gate }), forcedRoute: 'code' });
      }),
    );
    for (const [at, outcome] of outcomes.entries()) checkEnding(some[at] as SomeRun, outcome);
  });
  await fc.assert(property, { numRuns: 2, endOnFailure: true });
});

const someNothing: SomeRun['tries'][number] = { turns: [], draft: 'abstains' };
