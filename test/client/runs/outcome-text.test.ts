/** The text of an outcome fits 80 columns, has no colours unless asked, and is honest about what it does not know. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createColors } from 'picocolors';
import { offlineNotice, outcomeText } from '../../../client/ask/outcome-text.ts';
import { printable, printableLine } from '../../../lib/printable.ts';
import { costText } from '../../../client/terminal/progress-text.ts';
import { wrapText } from '../../../client/terminal/wrap-text.ts';
import type { AnswerOutcome } from '../../../contracts/run.ts';
import { aRun, aState } from './a-run.ts';

const plain = { columns: 80, colors: createColors(false) };

test('an answer is printed with citations and their status, route, retries, cost, time, model and link', () => {
  const text = outcomeText(aRun(), plain);
  for (const part of [
    /^They are made by a counter\./,
    /^ {2}lib\/a\.js:3-9 +verified$/m,
    /^ {2}lib\/b\.js:4 +repaired \(moved from 7\)$/m,
    /^ {2}lib\/c\.js:1-2 +unresolved \(no file\)$/m,
    /^ {2}- whether the counter is shared/m,
    /^ {2}- docs: a later draft was accepted$/m,
    /^route +code \(code 0\.90, docs 0\.10\)$/m,
    /^retries +1$/m,
    /^model calls +3$/m,
    /^tokens +12,345 \(12,000 in, 345 out\)$/m,
    /^cost +\$0\.0123$/m,
    /^time +3\.2 s$/m,
    /^model +gpt-5-mini$/m,
    /^Web UI +http:\/\/127\.0\.0\.1:8233\/namespaces\/default\/workflows\/ask-0mb-1\/run-1\/history$/m,
  ])
    assert.match(text, part);
  assert.doesNotMatch(text, /offline model/);
});

test('no line but a link is longer than 80 columns, and nothing is coloured', () => {
  const lines = outcomeText(aRun(), plain).split('\n');
  assert.ok(lines.length > 15);
  for (const line of lines) assert.ok(line.length <= 80 || line.includes('http://'), line);
  assert.equal(lines.join('\n').includes('\u001b'), false);
});

test('the offline model is named as what it is', () => {
  const state = aState({ models: { router: 'switchyard-offline' } });
  assert.match(outcomeText(aRun({ kind: 'answered', state }), plain), new RegExp(offlineNotice));
});

test('an unknown cost is called unknown', () => {
  const state = aState({ usage: { ...aState().usage, costUsd: null } });
  assert.match(outcomeText(aRun({ kind: 'answered', state }), plain), /^cost +unknown$/m);
  assert.deepEqual([null, 0, 0.000123, 0.5, 12.3].map(costText), ['unknown', '$0', '$0.00012', '$0.5000', '$12.30']);
});

test('each ending that is not an answer says what it is first', () => {
  const state = aState();
  const endings: [AnswerOutcome, RegExp][] = [
    [{ kind: 'insufficient-evidence', state }, /^insufficient-evidence: /],
    [
      { kind: 'retries-exhausted', state, reasons: ['No citation resolves.'] },
      /^retries-exhausted: .*No citation\s+resolves/s,
    ],
    [{ kind: 'budget-spent', state, limit: 'tokens' }, /^budget-spent: the limit on tokens /],
    [
      {
        kind: 'unavailable',
        state,
        failure: { kind: 'ModelKeyRejected', message: 'refused', setting: 'OPENAI_API_KEY' },
      },
      /^unavailable: ModelKeyRejected: refused \(look at OPENAI_API_KEY\); see\s+docs\/failures\/model-key-rejected\.md\n\n/,
    ],
    [{ kind: 'cancelled', state }, /^cancelled: /],
  ];
  for (const [outcome, start] of endings) assert.match(outcomeText(aRun(outcome), plain), start);
});

test('words of a model or a repository cannot steer the terminal', () => {
  const hostile = 'red \u001b[31m, bell \u0007, c1 \u009b2J, turned \u202e, \r\nnext\ttab';
  assert.equal(printable(hostile), 'red \ufffd[31m, bell \ufffd, c1 \ufffd2J, turned \ufffd, \nnext\ttab');
  assert.equal(printableLine('a\n b\t\tc '), 'a b c');
  const state = aState({ final_answer: hostile, gaps: [hostile] });
  assert.doesNotMatch(outcomeText(aRun({ kind: 'answered', state }), plain), /[^\P{Cc}\n\t]|\p{Bidi_Control}/u);
});

test('a fallback route and a second route that ran are told', () => {
  const { routing } = aState();
  assert.ok(routing !== null);
  const state = aState({ routes_run: ['code', 'docs'], routing: { ...routing, fallback: true } });
  const text = outcomeText(aRun({ kind: 'answered', state }), plain).replace(/\s+/g, ' ');
  assert.match(text, /taken because the reply named no route, also run: docs/);
});

test('prose is broken at spaces, list items hang, code keeps its lines', () => {
  const code = '```js\nconst aVeryLongLine = thatMustNotBeBroken(because, it, is, code);\n```';
  const text = wrapText(`one two three four five\n- six seven eight nine ten\n${code}\n${'x'.repeat(30)}`, 20);
  assert.equal(text, `one two three four\nfive\n- six seven eight\n  nine ten\n${code}\n${'x'.repeat(30)}`);
});
