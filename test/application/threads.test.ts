/** Turns of a thread: what each takes along, branches, and what of it is found again on any server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QuestionInput } from '../../contracts/run.ts';
import { carriedAtMost } from '../../contracts/threads/thread.ts';
import { outcomeOf } from '../../application/runs/watch-run.ts';
import { deleteThread } from '../../application/threads/delete-thread.ts';
import { labelled } from '../../application/threads/labels.ts';
import { nextTurn, type TurnBefore } from '../../application/threads/next-turn.ts';
import { startTurn } from '../../application/threads/start-turn.ts';
import { lastTurn, threadsOf, turnBefore, turnsOf } from '../../application/threads/turns.ts';
import { pipeline, quickLimits } from '../support/scene.ts';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { goodDraft, says } from '../support/team.ts';
import { until } from '../support/until.ts';
import { sessionOf } from './session.ts';

const file = sceneOfFile();

const citation = (path: string, line: number, quote = `words ${line}`) => {
  return { path, firstLine: line, lastLine: line, quote, blob: 'b'.repeat(40), status: 'verified' as const };
};
const snapshot = {
  id: 'a'.repeat(40),
  repositoryKey: 'r',
  url: null,
  kind: 'commit',
  label: 'r',
  files: 1,
  bytes: 1,
} as const;

/** A turn after that one, whose answer cites three places of its own, and finds all that was carried to it. */
function after(before: TurnBefore, at: number, size = 10): TurnBefore {
  const thread = nextTurn('long', before);
  const places = thread.places.map((place) => ({ ...place, status: 'same' as const }));
  const evidence = [1, 2, 3].map((line) => citation(`lib/${at}.js`, line * 10, 'x'.repeat(size)));
  const record = {
    id: 'long',
    parent: thread.parent,
    turn: thread.turn,
    rewriting: { kind: 'first' as const },
    places,
  };
  const question = `Question ${at} ${'?'.repeat(size)}`;
  return { workflowId: `run-${at}`, input: { question, thread }, state: { evidence, snapshot, thread: record } };
}

for (const size of [10, 1_900]) {
  test(`the hundredth turn takes along what the tenth does, with texts of ${size} characters`, () => {
    let turn: TurnBefore = { workflowId: 'run-0', input: { question: 'First?' }, state: null };
    const bytes = Array.from({ length: 100 }, (_, at) => {
      turn = after(turn, at + 100, size);
      return JSON.stringify(turn.input.thread).length;
    });
    assert.equal(turn.input.thread?.turn, 101);
    // The number of the turn has one or two digits more.
    assert.ok((bytes[99] ?? 0) - (bytes[9] ?? 0) <= 2, `${bytes[9]} and ${bytes[99]}`);
    assert.ok(
      (bytes[99] ?? 0) < carriedAtMost.placeCharacters + 3 * carriedAtMost.questions * carriedAtMost.questionCharacters,
    );
    assert.ok((turn.input.thread?.places.length ?? 0) <= carriedAtMost.places);
    assert.equal(turn.input.thread?.questions.length, carriedAtMost.questions);
  });
}

test('a turn takes the last places first, each once, in place of what has changed; and the question in full', () => {
  const carried = { ...citation('lib/a.js', 3), snapshot: snapshot.id };
  const state = {
    standalone_question: 'What does boil return?',
    evidence: [citation('lib/b.js', 1), citation('lib/a.js', 2)],
    snapshot,
    thread: {
      ...{ id: 't', parent: 'run-1', turn: 2, rewriting: { kind: 'first' as const } },
      places: [
        { ...carried, firstLine: 2, status: 'same' as const },
        { ...carried, path: 'lib/c.js', status: 'moved' as const, was: { firstLine: 1, lastLine: 1 } },
        { ...carried, path: 'lib/d.js', status: 'changed' as const },
        { ...carried, path: 'lib/e.js', status: 'gone' as const },
      ],
    },
  };
  const thread = { id: 't', parent: 'run-1', turn: 2, questions: ['When does boil throw?'], places: [] };
  const next = nextTurn('t', { workflowId: 'run-2', input: { question: 'And what then?', thread }, state });
  assert.deepEqual(
    next.places.map(({ path, firstLine }) => `${path}:${firstLine}`),
    ['lib/b.js:1', 'lib/a.js:2', 'lib/c.js:3'],
  );
  assert.deepEqual(next.questions, ['When does boil throw?', 'What does boil return?']);
  assert.deepEqual([next.parent, next.turn], ['run-2', 3]);
  assert.equal(JSON.stringify(next).includes('status'), false);
});

test('a quote that is cut ends between words, and never within a character', () => {
  const quotes = [`${'word '.repeat(80)}`, `${'x'.repeat(carriedAtMost.quoteCharacters - 1)}😀`];
  for (const quote of quotes) {
    const state = { evidence: [citation('lib/a.js', 1, quote)], snapshot };
    const [place] = nextTurn('t', { workflowId: 'r', input: { question: 'Q?' }, state }).places;
    assert.ok(quote.startsWith(place?.quote ?? '?') && place?.quote.isWellFormed());
    assert.doesNotMatch(place?.quote ?? '', /wor$|wo$|w$/);
  }
});

function inputOf(dataDirectory: string, question: string): QuestionInput {
  const repository = { kind: 'path', path: `${dataDirectory}/repository` } as const;
  return { question, repository, pipeline: pipeline(), forcedRoute: 'code', limits: quickLimits };
}

test('turns go on from the one that ended last; two that go on from one make a branch, and all are found again', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { scene } = file;
  await using session = await sessionOf(scene);
  const ask = async (question: string, request: Parameters<typeof startTurn>[2]) => {
    const turn = await startTurn(session, inputOf(scene.dataDirectory, question), request);
    await outcomeOf(turn.handle);
    return turn;
  };
  const first = await ask('When does boil() throw?', { thread: 'kettles' });
  assert.deepEqual([first.parent, first.turn, first.thread], [null, 1, 'kettles']);
  await until(() => lastTurn(session, 'kettles'));
  const second = await ask('And when does it?', { thread: 'kettles' });
  assert.deepEqual([second.parent, second.turn], [first.workflowId, 2]);
  const { input, state } = await turnBefore(session, second.workflowId);
  assert.deepEqual(input.thread?.questions, ['When does boil() throw?']);
  assert.deepEqual(
    input.thread?.places.map(({ path, firstLine }) => `${path}:${firstLine}`),
    ['lib/kettle.js:2'],
  );
  assert.equal(state?.thread?.places[0]?.status, 'same');
  const after = second.workflowId;
  const both = await Promise.all([ask('Why?', { after }), ask('Where?', { after })]);
  assert.deepEqual(
    both.map(({ parent, turn, thread }) => [parent, turn, thread]),
    Array(2).fill([after, 3, 'kettles']),
  );
  await until(async () => {
    const listed = await turnsOf(session, 'kettles');
    return (listed.length === 4 && listed.every(({ status }) => status === 'completed')) || null;
  });
  const turns = labelled(await turnsOf(session, 'kettles'));
  assert.deepEqual(
    turns.map(({ label }) => label),
    ['1', '2', '3', '3b'],
  );
  const threads = threadsOf(await turnsOf(session, 'kettles'));
  assert.deepEqual([threads.length, threads[0]?.turns, threads[0]?.branches], [1, 4, 1]);
  assert.deepEqual(await turnsOf(session, 'kettle'), [], 'a name that begins another one is another thread');
  const { signal } = new AbortController();
  const request = { session, settings: scene.config, signal, onProgress: () => {} };
  const { removed, kept } = await deleteThread(request, turns);
  assert.deepEqual([removed.histories, removed.journal, kept], [4, 4, []]);
  assert.ok(removed.content > 0);
  await until(async () => (await turnsOf(session, 'kettles')).length === 0 || null);
});

test('a thread begins after any run, and not after one that there is not', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { scene } = file;
  await using session = await sessionOf(scene);
  const plain = await scene.start('When does boil() throw?', { pipeline: pipeline() });
  await plain.result();
  const turn = await startTurn(session, inputOf(scene.dataDirectory, 'Why?'), { after: plain.workflowId });
  const { state } = (await outcomeOf(turn.handle)).outcome;
  assert.equal(state.thread?.turn, 2);
  assert.equal(state.standalone_question, 'When does boil throw an error?');
  const nowhere = startTurn(session, inputOf(scene.dataDirectory, 'Why?'), { after: 'thread.no.such' });
  await assert.rejects(nowhere, { code: 'RunNotFound' });
  await assert.rejects(startTurn(session, inputOf('', 'Why?'), { thread: 'a.b' }), { code: 'InvalidInput' });
});
