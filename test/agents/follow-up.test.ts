/** Which follow-ups point back to what was asked before, and what people read of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needOfContext } from '../../agents/follow-up.ts';

for (const question of [
  'And the tests?',
  'What about timeouts?',
  'how about on Windows?',
  'Why?',
  'Where exactly?',
  'What does it return?',
  'When is it called, and by whom?',
  'Which of those can be changed by a plugin?',
  'Does this hold for streams, too?',
  'Is that logged anywhere?',
  'How long does that take?',
  'What are their defaults?',
  'Does the server close them?',
  'Show me the second one.',
  'Who calls the same function?',
  'So how do I turn it off?',
  'What happens when it fails?',
  'Can you explain the latter?',
]) {
  test(`"${question}" points back`, () => {
    assert.ok(needOfContext(question) !== null);
  });
}

for (const question of [
  'What does boil() return?',
  'When does the server close idle connections?',
  'What does the router do when it gets no route?',
  'If a plugin fails to load, does it stop the start?',
  'How does the reply serializer choose its schema?',
  'Is it possible to register two hooks of the same name for one route?',
  'Is there a limit on the size of request bodies?',
  'Which hook runs that writes the log line of a request?',
  'Where in this repository are content types parsed?',
  'What is `bodyLimit`?',
  'bodyLimit default',
  'How long does it take until a keep-alive connection is closed?',
  `Why does my server crash? ${'It prints this: Error at line 1. '.repeat(30)}`,
]) {
  test(`"${question.slice(0, 80)}" stands by itself`, () => {
    assert.equal(needOfContext(question), null);
  });
}

for (const [question, need] of [
  ['  AND the tests?', 'it begins with "and"'],
  ['What\nabout timeouts?', 'it begins with "what about"'],
  ['Show me THEM', '"them" stands for something said before'],
  ['Who calls the same function?', '"same" stands for something said before'],
  ['How long does that take?', '"that" stands for something said before'],
  ['Where exactly?', 'it is very short'],
  ['List some limits', 'it is very short'],
] as const) {
  test(`of ${JSON.stringify(question)} people read: ${need}`, () => {
    assert.equal(needOfContext(question), need);
  });
}

test('four words say what they are about, three do not', () => {
  assert.ok(needOfContext('List body limits') !== null);
  assert.equal(needOfContext('List all body limits'), null);
});

test('a noun that the question begins with is one that its pronoun may stand for', () => {
  assert.equal(needOfContext('A plugin that throws, does it stop the start?'), null);
});

test('only a question of more than 600 characters stands by itself whatever it points to', () => {
  const long = (length: number) => `Does it fail?${'x'.repeat(length - 13)}`;
  assert.ok(needOfContext(long(600)) !== null);
  assert.equal(needOfContext(long(601)), null);
});
