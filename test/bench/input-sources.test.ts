import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputSizes, inputTokens, type ModelInput } from '../../bench/answers/input-sources.ts';

const opening: ModelInput['messages'] = [
  { role: 'system', content: 'You answer.' },
  { role: 'user', content: '<question>\nWhy?\n</question>\n<repository_map>\nlib/a.js\n</repository_map>' },
];
const tools: ModelInput['tools'] = [{ type: 'function', function: { name: 'grep', parameters: { type: 'object' } } }];
const first: ModelInput = { messages: opening, tools };
const second: ModelInput = {
  tools,
  messages: [
    ...opening,
    { role: 'assistant', content: null, tool_calls: [] },
    { role: 'tool', tool_call_id: 'c0', content: '@@ lib/a.js:1-1' },
  ],
};

test('each character of a request has one source, and what stands as in the request before can be cached', () => {
  const [one, two] = inputSizes([first, second]);
  assert.ok(one && two);
  assert.equal(one.cacheable, 0);
  const all = [JSON.stringify(tools), ...second.messages.map((message) => JSON.stringify(message))];
  assert.equal(
    Object.values(two.sources).reduce((sum, size) => sum + size, 0),
    all.join('').length,
  );
  assert.equal(two.sources.repositoryMap, JSON.stringify('<repository_map>\nlib/a.js\n</repository_map>').length - 2);
  assert.equal(two.sources.toolResults, JSON.stringify(second.messages[3]).length);
  assert.equal(two.cacheable, [JSON.stringify(tools), ...opening.map((one) => JSON.stringify(one))].join('\n').length);
});

test('another conversation has no prefix in this one, and a changed message ends it', () => {
  const review: ModelInput = {
    messages: [
      { role: 'system', content: 'You review.' },
      { role: 'user', content: '<question>\nWhy?\n</question>\n<draft>\nSo.\n</draft>\n<evidence>\n@@ a\n</evidence>' },
    ],
  };
  const changed: ModelInput = {
    ...second,
    messages: [...second.messages.slice(0, 2), { role: 'user', content: 'No' }],
  };
  const [, between, after] = inputSizes([second, review, changed]);
  assert.equal(between?.cacheable, 0);
  assert.ok((between?.sources.draftsAndEvidence ?? 0) > 40);
  assert.ok((after?.cacheable ?? 0) < JSON.stringify(second.messages).length);
});

test('tokens are counted for a question', () => {
  const { perQuestion, bySource, cacheable } = inputTokens([first, second], 2);
  const parts = Object.values(bySource).reduce((sum, tokens) => sum + tokens, 0);
  assert.ok(Math.abs(parts - perQuestion) <= 3);
  assert.ok(cacheable > 0.3 && cacheable < 0.6);
});
