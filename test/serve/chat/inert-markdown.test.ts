/** Markdown of others as chat clients render it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inertAnswer } from '../../../serve/chat/inert-markdown.ts';

test('outside of code nothing is HTML or an image; code is as it was, whether its fence is closed or not', () => {
  for (const [given, inert] of [
    ['a ![b](c) d', 'a !\\[b]\\(c) d'],
    ['[a](b) [c][d]\n[d]: e', '[a]\\(b) [c]\\[d]\n[d]\\: e'],
    ['<script>x</script> 1 < 2', '\\<script>x\\</script> 1 < 2'],
    ['`<b>` <b>', '`<b>` \\<b>'],
    ['``a ` <b>`` <!-- -->', '``a ` <b>`` \\<!-- -->'],
    ['```js\n<b> ![x](y)\n```\n<b>', '```js\n<b> ![x](y)\n```\n\\<b>'],
    ['~~~\n<b>\n```\n<i>\n~~~\n<u>', '~~~\n<b>\n```\n<i>\n~~~\n\\<u>'],
    ['```\n<b>', '```\n<b>'],
    ['a ` <b>', 'a ` \\<b>'],
    ['1. a\n   ```html\n   <b>\n   ```\n2. <b>', '1. a\n   ```html\n   <b>\n   ```\n2. \\<b>'],
    ['a\u202e\u0000b', 'a\ufffd\ufffdb'],
  ] as const)
    assert.equal(inertAnswer(given), inert, given);
});

/** Each has a tag that some renderer sees outside of code. */
for (const text of [
  '- ```\n  x\n  ```\n<img src=x>',
  '> ```\n<img src=x>',
  '1. a\n   ```\n   x\n<img src=x>',
  '1. a\n   ```\n   x\n      ```\n<img src=x>',
  '``` a ` b\n<img src=x>',
  '```\nx\n```js\n```\n<img src=x>',
  'a ` b\nc ` <img src=x> ` d',
  '\\`<img src=x>\\`',
  'a\n\n    ```\n<img src=x>',
])
  test(`no tag is left in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(inertAnswer(text).match(/\\?<img/g), ['\\<img']);
  });

for (const text of [
  '`'.repeat(100_000),
  '![<'.repeat(50_000),
  '```\n'.repeat(30_000),
  '` '.repeat(50_000),
  '<!['.repeat(50_000),
])
  test(`${text.length} characters of ${JSON.stringify(text.slice(0, 6))} take no time`, () => {
    const beganMs = performance.now();
    assert.ok(inertAnswer(text).length > 0);
    assert.ok(performance.now() - beganMs < 2_000);
  });
