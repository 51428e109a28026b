/** What a model or a repository wrote is shown and does nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '../../../lib/html.ts';
import { answerHtml } from '../../../serve/page/html/answer-html.ts';
import { addressHtml } from '../../../serve/page/html/values.ts';

const shown = (text: string): string =>
  answerHtml(text)
    .text.replace(/^<div class="answer">|<\/div>$/g, '')
    .replaceAll('\n', '⏎');

test('paragraphs, lists, code and headings become markup', () => {
  assert.equal(
    shown('one\ntwo\n\n## Then **three** `four`'),
    '<p>one⏎two</p><p class="heading">Then <strong>three</strong> <code>four</code></p>',
  );
  assert.equal(shown('3. a\n4. b'), '<ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>');
  assert.equal(shown('- a\n  - b\n- c'), '<ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul>');
});

test('code inside an item of a list loses the indentation of the list alone', () => {
  const text = '1. `f` calls\n   `g`:\n   ```\n   function f() {\n     g()\n   }\n   ```\n2. next';
  assert.equal(
    shown(text),
    '<ol start="1"><li><p><code>f</code> calls⏎<code>g</code>:</p><pre tabindex="0"><code>function f() {⏎  g()⏎}</code></pre></li><li><p>next</p></li></ol>',
  );
});

test('a fence that is never closed goes to the end, and one of tildes may hold backticks', () => {
  assert.equal(shown('```js\na < b'), '<pre tabindex="0"><code>a &lt; b</code></pre>');
  assert.equal(shown('~~~\n```\n~~~\nafter'), '<pre tabindex="0"><code>```</code></pre><p>after</p>');
});

test('links, images, HTML and scripts stay text', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '[click](javascript:alert(1))',
    '![x](https://evil.example/x.png)',
    '<img src=x onerror=alert(1)>',
    '</textarea></pre></code></script><svg onload=alert(1)>',
    '`</code><script>`',
    '```html"><script>\n</code></pre><script>alert(2)</script>\n```',
  ];
  for (const text of hostile) {
    const made = answerHtml(text).text;
    assert.deepEqual(
      [...made.matchAll(/<(\w+)/g)].map(([, tag]) => tag).filter((tag) => !allowed.has(tag ?? '')),
      [],
      made,
    );
    assert.doesNotMatch(made, /<[^>]*\s(?:on\w+|href|src|style)=/, made);
  }
});
const allowed = new Set(['div', 'p', 'pre', 'code', 'ul', 'ol', 'li', 'strong']);

test('characters that steer a terminal or turn the direction of writing are shown as replaced', () => {
  assert.equal(html`${'\u001b[31mred \u202eevil\u0000'}`.text, '\ufffd[31mred \ufffdevil\ufffd');
});

test('only an address of the web becomes a link', () => {
  assert.match(addressHtml('http://127.0.0.1:1/a?b&c').text, /^<a href="http:\/\/127\.0\.0\.1:1\/a\?b&amp;c"/);
  for (const other of ['javascript:alert(1)', '/home/ann/trace.jsonl', 'data:text/html,x', 'http://'])
    assert.match(addressHtml(other).text, /^<code>/, other);
});

test('ten times what an answer may have, of marks alone, takes no time that anybody would notice', () => {
  for (const unit of ['- ', '1. a\n  ', '```\n', '**a', '`', '# \n', '      - x\n', '> - ~~~\n']) {
    const beganMs = performance.now();
    answerHtml(unit.repeat(200_000 / unit.length));
    const ms = performance.now() - beganMs;
    assert.ok(ms < 3_000, `${JSON.stringify(unit)}: ${ms} ms`);
  }
});
