import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findJsonObject } from '../../agents/json-reply.ts';
import { Draft } from '../../contracts/agent.ts';
import { parseVerdict } from '../../agents/judge.ts';
import { parseOrder } from '../../agents/reranker.ts';
import { parseSpecialistReply, specialistMessages } from '../../agents/specialist.ts';
import { parseSynthesis } from '../../agents/synthesizer.ts';
import { chatReply } from '../support/replies.ts';

const draft = {
  answer: 'It retries twice.',
  citations: [{ path: './lib/a.js', first_line: 3, last_line: 4, quote: 'retry(2)' }],
  confidence: '80%',
  insufficient: false,
  gaps: ['why two'],
};

for (const [how, text] of [
  ['alone', JSON.stringify(draft)],
  ['in a fence', `\`\`\`json\n${JSON.stringify(draft, null, 2)}\n\`\`\``],
  ['inside prose', `Here is {my} answer: ${JSON.stringify(draft)} I hope that it helps.`],
] as const) {
  test(`a draft is read ${how}`, () => {
    const reply = parseSpecialistReply(chatReply(text), false);
    assert.equal(reply.kind, 'draft');
    assert.deepEqual(reply.kind === 'draft' && reply.draft, {
      answer: 'It retries twice.',
      citations: [{ path: 'lib/a.js', firstLine: 3, lastLine: 4, quote: 'retry(2)' }],
      confidence: 0.8,
      insufficient: false,
      gaps: ['why two'],
    });
  });
}

test('any object is found whatever stands around it, and a cut one never is', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), (object, around) => {
      const prose = around.replaceAll(/[{}"\\]/g, '');
      const text = JSON.stringify(object);
      assert.deepEqual(findJsonObject(`${prose}${text}${prose}`), JSON.parse(text));
      if (Object.keys(object).length > 0) assert.equal(findJsonObject(`{"a":{}, ${text.slice(1, -1)}`)?.a, undefined);
    }),
  );
});

test('a reply without an object, with an empty answer, or cut at the limit says what is wrong', () => {
  const problem = (text: string, finishReason: 'stop' | 'length' = 'stop') => {
    const reply = parseSpecialistReply(chatReply(text, { finishReason }), false);
    return reply.kind === 'unparsable' ? reply.problem : reply.kind;
  };
  assert.match(problem('It retries twice.'), /no whole JSON object/);
  assert.match(problem('{"answer": " "}'), /no "answer" text/);
  assert.match(problem('{"answer": "It ret', 'length'), /cut at the length limit/);
  assert.match(problem(''), /empty/);
});

test('citations that name no file, lines or words are left out', () => {
  const citations = [
    { path: 'a.js', line: 7, quote: 'x = 1' },
    { path: 'a.js', quote: 'no line' },
    'a.js:3',
    { line: 3, quote: 'no path' },
  ];
  const reply = parseSpecialistReply(chatReply(JSON.stringify({ ...draft, citations })), false);
  assert.deepEqual(reply.kind === 'draft' && reply.draft.citations, [
    { path: 'a.js', firstLine: 7, lastLine: 7, quote: 'x = 1' },
  ]);
});

test('what is too long in a draft is cut, and the draft says so; whatever is in it, it fits into one payload', () => {
  const citation = { path: 'p'.repeat(2_000), line: 1, quote: '\u0001'.repeat(3_000) };
  const long = { ...draft, answer: 'a'.repeat(30_000), citations: Array.from({ length: 60 }, () => citation) };
  const reply = parseSpecialistReply(chatReply(JSON.stringify(long)), false);
  assert.ok(reply.kind === 'draft');
  Draft.parse(reply.draft);
  assert.deepEqual(reply.draft.gaps.slice(0, 2), [
    'the answer was cut at 20000 characters',
    '38 citations were left out: there were too many, or they were too long',
  ]);
  assert.ok(Buffer.byteLength(JSON.stringify(reply.draft)) < 500_000);
});

test('tool calls are requests until the model must answer', () => {
  const toolCalls = [{ id: 'c1', name: 'grep', argumentsText: '{"pattern":"x"}' }];
  const reply = chatReply('', { toolCalls });
  assert.deepEqual(parseSpecialistReply(reply, false), {
    kind: 'tools',
    requests: [{ callId: 'c1', tool: 'grep', argumentsText: '{"pattern":"x"}' }],
  });
  assert.equal(parseSpecialistReply(reply, true).kind, 'unparsable');
});

test('a refusal of the judge must give reasons, an acceptance drops them', () => {
  assert.equal(parseVerdict(chatReply('{"accepted": false, "reasons": []}')).kind, 'unparsable');
  assert.equal(parseVerdict(chatReply('{"accepted": "maybe"}')).kind, 'unparsable');
  assert.deepEqual(parseVerdict(chatReply('{"accepted": true, "reasons": ["fine"]}')), {
    kind: 'verdict',
    verdict: { accepted: true, reasons: [] },
  });
});

test('a synthesis names what it superseded', () => {
  const text = JSON.stringify({ ...draft, superseded: [{ specialist: 'docs', reason: 'older' }, 'noise'] });
  const reply = parseSynthesis(chatReply(text));
  assert.deepEqual(reply.kind === 'synthesis' && reply.synthesis.superseded, [{ specialist: 'docs', reason: 'older' }]);
});

test('a second try shows the earlier draft and the reasons, the first does not', () => {
  const first = specialistMessages({ prompt: 'P' }, { question: 'Q', review: [], earlierAnswer: null, map: null });
  const second = specialistMessages(
    { prompt: 'P' },
    { question: 'Q', review: ['cite it'], earlierAnswer: 'old', map: '' },
  );
  assert.doesNotMatch(first[1]?.content ?? '', /<review>|<earlier_draft>/);
  assert.match(second[1]?.content ?? '', /<earlier_draft>\nold\n<\/earlier_draft>\n<review>\n- cite it\n<\/review>/);
});

for (const [text, order] of [
  ['{"order": [3, 1]}', [2, 0]],
  ['The best is the second: {"order": [2, 2, 9, 0, 1.5, "1"]}', [1]],
  ['{"order": []}', []],
  ['{"order": [7, 0]}', null],
  ['{"order": [7]}', null],
  ['{"order": "2, 1"}', null],
  ['{"places": [1]}', null],
  ['the second, then the first', null],
  ['', null],
] as const)
  test(`of three places the reply ${JSON.stringify(text)} gives the order ${JSON.stringify(order)}`, () => {
    assert.deepEqual(parseOrder(chatReply(text), 3), order);
  });
