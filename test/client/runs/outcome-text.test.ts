/** The text of an outcome fits 80 columns, has no colours unless asked, and is honest about what it does not know. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { offlineNotice } from '../../../application/runs/outcome-words.ts';
import { outcomeText } from '../../../client/ask/outcome-text.ts';
import { printable, printableLine } from '../../../lib/printable.ts';
import { costText } from '../../../client/terminal/progress-text.ts';
import type { RunRow } from '../../../application/runs/list-runs.ts';
import { runsTable } from '../../../client/runs/print-runs.ts';
import { wrapText } from '../../../client/terminal/wrap-text.ts';
import type { AnswerOutcome } from '../../../contracts/run.ts';
import { baselessAbstention, toolsFailed, withSearches } from '../../../workflows/answer-question/absence.ts';
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

test('a link to a Web UI that stops with the command says so, and what opens it again', () => {
  const text = outcomeText({ ...aRun(), serverStops: true }, plain);
  assert.match(text, /^Web UI +http:[^\n]+\n +closes with this command; "switchyard up" opens it again$/m);
  assert.doesNotMatch(outcomeText({ ...aRun(), serverStops: true, webUrl: null }, plain), /closes with/);
  assert.doesNotMatch(outcomeText(aRun(), plain), /closes with/);
});

test('a commit is named once, beside a branch or in the place of one', () => {
  const { snapshot } = aState();
  assert.ok(snapshot !== null);
  const commit = 'c'.repeat(12);
  for (const [label, shown] of [
    [`fastify@${commit}`, `fastify at ${commit}`],
    ['fastify@main', `fastify@main at ${commit}`],
    ['fastify', `fastify at ${commit}`],
  ] as const) {
    const state = aState({ snapshot: { ...snapshot, label } });
    assert.match(outcomeText(aRun({ kind: 'answered', state }), plain), new RegExp(`^repository +${shown}$`, 'm'));
  }
});

test('a spent budget names the limit in words and the option, and says where nothing was found', () => {
  const nothing = aState({ final_answer: null, evidence: [] });
  const textOf = (outcome: AnswerOutcome) => outcomeText(aRun(outcome), plain).replace(/\s+/g, ' ');
  assert.ok(
    textOf({ kind: 'budget-spent', state: nothing, limit: 'modelCalls' }).startsWith(
      'budget-spent: the limit on model calls was reached, and nothing was found by then. ' +
        '--max-model-calls raises it, and so does budget.modelCalls in a pipeline file. ',
    ),
  );
  for (const [limit, words] of [
    ['tokens', /limit on tokens was reached, and this is what there was by then\. --max-tokens raises it/],
    ['costUsd', /limit on cost was .* --max-cost-usd raises it/],
    ['wallClockSeconds', /limit on time was .* --max-seconds raises it/],
    ['history', /limit on events of one run was .* Nothing raises it/],
  ] as const)
    assert.match(textOf({ kind: 'budget-spent', state: aState(), limit }), words);
  assert.match(textOf({ kind: 'cancelled', state: nothing }), /^cancelled: nothing was found by then\. /);
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

test('an abstention tells within 80 columns what was searched and what was not, and a run without a search claims nothing', () => {
  const searches = ['"whistle" (search_code, grep)', '"steam valve" (search_docs)', '"lib/kettle.js" (read_lines)'];
  const leftOut = [
    { reason: 'binary', count: 3, examples: ['logo.png', 'docs/steam.pdf', 'lib/kettle.wasm'] },
    { reason: 'too large', count: 1, examples: ['data/a.bin'] },
  ];
  const final_answer = withSearches('The repository says nothing about whistles.', searches, leftOut);
  const abstained = aState({ final_answer, searched: searches, evidence: [], gaps: [], superseded: [] });
  const failure = toolsFailed([
    { ...aFailedCall, tool: 'search_code', problem: 'the arguments of search_code are not a JSON object' },
    { ...aFailedCall, tool: 'rm', problem: 'there is no tool "rm" here; use one of: search_code, read_lines' },
  ]);
  assert.ok(failure !== null);
  const state = aState({ final_answer: null, evidence: [], gaps: [], superseded: [] });
  const reasons = [baselessAbstention({ specialist: 'code', try: 1, insufficient: true }, []) ?? ''];
  const cases: [AnswerOutcome, string][] = [
    [
      { kind: 'insufficient-evidence', state: abstained },
      `insufficient-evidence: the repository does not say enough to answer this.

The repository says nothing about whistles.

Searched for: "whistle" (search_code, grep); "steam valve" (search_docs);
"lib/kettle.js" (read_lines).
Not searched: 3 binary (logo.png, docs/steam.pdf, …); 1 too large (data/a.bin).

route `,
    ],
    [
      { kind: 'unavailable', state, failure },
      `unavailable: ToolsFailed: all 2 tool calls failed, so nothing was searched;
search_code: the arguments of search_code are not a JSON object; rm: there is no
tool "rm" here; use one of: search_code, read_lines; see
docs/failures/tools-failed.md

route `,
    ],
    [
      { kind: 'retries-exhausted', state, reasons },
      `retries-exhausted: no try gave an answer. nothing was searched: call a tool
before saying that the repository does not hold the answer

route `,
    ],
  ];
  for (const [outcome, expected] of cases) {
    const text = outcomeText(aRun(outcome), plain);
    assert.equal(text.slice(0, expected.length), expected);
    for (const line of text.split('\n')) if (!line.includes('http')) assert.ok(stringWidth(line) <= 80, line);
  }
});

const aFailedCall = {
  specialist: 'code',
  try: 1,
  argumentsText: '{',
  status: 'error' as const,
  content: 'c'.repeat(64),
  paths: [],
};

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

const wideText = [
  'このカウンターは共有されていて、リクエストごとに増えます。'.repeat(4),
  '한국어 문장은 띄어쓰기가 있지만 글자마다 두 칸을 차지합니다. '.repeat(4),
  '🚀 The build is green 🎉 and 👩‍👩‍👧‍👦 agrees, see lib/counter.js for 計数器 '.repeat(4),
  '- 一个列表项，没有空格，但比终端的一行要长得多，所以必须在字与字之间断开，否则会溢出。'.repeat(2),
].join('\n');

test('CJK and emoji take their columns: no line of prose is wider than its terminal', () => {
  for (const width of [40, 80, 120])
    for (const line of wrapText(wideText, width).split('\n'))
      assert.ok(stringWidth(line) <= width, `${stringWidth(line)}: ${line}`);
  assert.equal(wrapText(wideText, 80).replaceAll(/\s/g, ''), wideText.replaceAll(/\s/g, ''), 'nothing is lost');
  const link = `https://example.org/${'計数器/'.repeat(3)}${'a'.repeat(90)}`;
  assert.ok(wrapText(`siehe ${link}`, 80).includes('a'.repeat(90)), 'a link stays whole');
});

test('columns of a table stand below each other, and no cell is wider than its place', () => {
  const row = { ...emptyRow, pipeline: '計数器-pipeline', route: 'ドキュメント' };
  const rows = [
    { ...row, question: wideText },
    { ...emptyRow, question: 'plain' },
    { ...row, question: '🎉'.repeat(90) },
  ];
  const lines = runsTable(rows, 120, createColors(false)).split('\n');
  const starts = lines.map((line) => stringWidth(line.slice(0, line.search(/question|この|plain|🎉/u))));
  assert.equal(new Set(starts).size, 1, lines.join('\n'));
  for (const line of lines) assert.ok(stringWidth(line) <= 120, `${stringWidth(line)}: ${line}`);
});

const emptyRow: RunRow = {
  id: 'ask-0mb-1',
  runId: 'run-1',
  started: '2026-11-29T08:00:00.000Z',
  status: 'completed',
  pipeline: null,
  route: null,
  outcome: 'answered',
  retries: 0,
  question: null,
  doing: null,
  webUrl: null,
};
