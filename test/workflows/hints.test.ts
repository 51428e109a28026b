/** What a turn of a thread leaves to those who work on it: places that were cited before, notes, what people have said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckedPlace } from '../../contracts/threads/thread.ts';
import type { RepositoryNote } from '../../contracts/threads/note.ts';
import { askedQuestion, hintsFor } from '../../workflows/answer-question/follow-up.ts';
import type { Run } from '../../workflows/answer-question/state.ts';

const place = (path: string, status: CheckedPlace['status']): CheckedPlace => ({
  ...{ path, firstLine: 3, lastLine: 4, quote: 'q', snapshot: '0'.repeat(40), status },
});
const note: RepositoryNote = {
  ...{ id: 'n1', text: 'boil is old', author: 'ann', commit: '0123456789abcdef', at: '2026-01-02T03:04:05.000Z' },
};
const runOf = (places: CheckedPlace[], notes?: RepositoryNote[]) =>
  ({ state: { thread: { places } }, input: { ...(notes ? { notes } : {}) } }) as unknown as Run;

test('places that are still there are given on, and those that have changed say so', () => {
  const places = [place('a.js', 'same'), place('b.js', 'changed'), place('c.js', 'gone'), place('d.js', 'unchecked')];
  assert.deepEqual(hintsFor(runOf(places)), {
    hints: { places: ['a.js:3-4', 'b.js:3-4 (these lines have changed since)'], notes: [] },
  });
  assert.deepEqual(hintsFor(runOf(places.slice(2))), {});
  assert.deepEqual(hintsFor({ state: {}, input: {} } as unknown as Run), {});
});

test('a note is given on with who wrote it, when and at which commit, as far as that is known', () => {
  assert.deepEqual(hintsFor(runOf([], [note, { ...note, author: '', commit: null }])), {
    hints: { places: [], notes: ['boil is old (ann, 2026-01-02, at 0123456789ab)', 'boil is old (2026-01-02)'] },
  });
});

test('a question is asked with what people have said of it, and in full where it was rewritten', () => {
  const asked = (state: object, clarified: string[]) => askedQuestion({ state, clarified } as unknown as Run);
  assert.deepEqual(asked({ question: 'when?' }, []), { question: 'when?' });
  assert.deepEqual(asked({ question: 'when?', standalone_question: 'When does it throw?' }, ['the old one']), {
    question: 'when?\n\n(Asked what is meant, a person has said: the old one)',
    standalone: 'When does it throw?',
  });
});
