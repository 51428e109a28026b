import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolsText } from '../../workflows/answer-question/visibility.ts';

test('tool calls are told by what each is about, and in short', () => {
  const text = (...calls: [tool: string, args: unknown][]) =>
    toolsText(calls.map(([tool, args]) => ({ tool, argumentsText: JSON.stringify(args) })));
  assert.equal(
    text(['search_code', { query: 'boil' }], ['read_lines', { path: 'lib/kettle.js', first_line: 1 }], ['git_log', {}]),
    'search_code "boil", read_lines lib/kettle.js, git_log',
  );
  assert.equal(text(['grep', { pattern: 'two  words\n' }]), 'grep "two words"');
  assert.equal(text(['read_lines', { path: 'x'.repeat(41) }]), `read_lines ${'x'.repeat(39)}…`);
  const many = text(...Array.from({ length: 8 }, (): [string, unknown] => ['list_files', { path: 'x'.repeat(40) }]));
  assert.equal(many.length, 110);
  assert.match(many, /…$/);
});
