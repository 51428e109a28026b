/** How lines become entries of a chat. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandIn, Entries } from '../../../client/chat/entries.ts';

function entriesOf(...lines: string[]): string[] {
  const entries = new Entries();
  const whole = lines.flatMap((line) => entries.add(line) ?? []);
  return entries.isOpen ? [...whole, entries.end()] : whole;
}

test('a line is an entry, unless it goes on or stands in a block', () => {
  assert.deepEqual(entriesOf('One?', '', ' Two? '), ['One?', '', 'Two?']);
  assert.deepEqual(entriesOf('What does\\', 'this do?', 'Why?'), ['What does\nthis do?', 'Why?']);
  assert.deepEqual(entriesOf('"""', 'What is', '', 'this\\', '"""', 'Why?'), ['What is\n\nthis\\', 'Why?']);
});

test('what is begun at the end of the input is an entry', () => {
  assert.deepEqual(entriesOf('Why\\'), ['Why']);
  assert.deepEqual(entriesOf('"""', 'Why', 'so?'), ['Why\nso?']);
});

test('a command is a word after a slash; a path is none', () => {
  assert.deepEqual(commandIn('/fork 3b'), { name: 'fork', argument: '3b' });
  assert.deepEqual(commandIn('/remember two\nlines'), { name: 'remember', argument: 'two\nlines' });
  assert.deepEqual(commandIn('/exit'), { name: 'exit', argument: '' });
  assert.equal(commandIn('/etc/hosts is read where?'), null);
  assert.equal(commandIn('what is /fork'), null);
});
