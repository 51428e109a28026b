import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitThinking } from '../../../models/reading/thinking.ts';

const answer = '{"answer": "yes"}';

const shapes: Record<string, [whole: string, thinking: string, text: string]> = {
  'a think block': [`<think>\nIs it {"answer": "no"}?\n</think>\n\n${answer}`, 'Is it {"answer": "no"}?', answer],
  'tags in capitals': [`<THINK>a</THINK>${answer}`, 'a', answer],
  'a thinking block': [`<thinking>a</thinking> ${answer}`, 'a', answer],
  'two blocks': [`<think>a</think>\n<think>b</think>${answer}`, 'a\n\nb', answer],
  'an empty block': [`<think>\n\n</think>\n\n${answer}`, '', answer],
  'a block that a limit has cut': ['<think>\nThe user wants', 'The user wants', ''],
  'a closing tag alone': [`The user asks.\n</think>\n\n${answer}`, 'The user asks.', answer],
  'a closing tag alone behind a draft in JSON': [
    `{"answer": "no"}? Hm.\n</think>${answer}`,
    '{"answer": "no"}? Hm.',
    answer,
  ],
  "Mistral's markers": [`[THINK]a[/THINK]${answer}`, 'a', answer],
  "Kimi's markers": [`◁think▷a◁/think▷${answer}`, 'a', answer],
  "Cohere's markers": [`<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>${answer}<|END_RESPONSE|>`, 'a', answer],
  channels: [
    `<|channel|>analysis<|message|>Is it {"answer": "no"}?<|end|><|start|>assistant<|channel|>final<|message|>${answer}<|return|>`,
    'Is it {"answer": "no"}?',
    answer,
  ],
  'channels that a limit has cut': ['<|channel|>analysis<|message|>The user wants', 'The user wants', ''],
  'a call in a channel': [
    '<|channel|>analysis<|message|>Search.<|end|><|start|>assistant to=functions.grep<|channel|>commentary <|constrain|>json<|message|>{"pattern":"x"}<|call|>',
    'Search.',
    '<|channel|>commentary to=functions.grep<|message|>{"pattern":"x"}<|call|>',
  ],
  'channels without their marks': [`analysisThe user asks.assistantfinal${answer}`, 'The user asks.', answer],
};

for (const [what, [whole, thinking, text]] of Object.entries(shapes)) {
  test(`${what}: thinking is apart`, () => {
    const split = splitThinking(whole);
    assert.deepEqual([split.thinking, split.text], [thinking, text]);
    if (split.from !== null && text !== '') assert.equal(whole.slice(split.from, split.from + text.length), text);
  });
}

const plain: Record<string, string> = {
  'an answer that names the tags in JSON': '{"answer": "it cuts <think>a</think> off"}',
  'JSON that names the closing tag alone': 'Here it is: {"answer": "it looks for </think> and stops"}',
  'JSON over several lines': '{\n  "answer": "it looks for </think>"\n}',
  'a code block': 'It is this:\n```ts\ntext.split("</think>")\n</think>\n```\nand no more.',
  'a tag in words': 'It ends at `</think>`.',
  'a block in the middle': 'code <think>hm</think>',
  'an analysis': 'analysis of the code: none',
  'no tag at all': '  {"answer": "yes"}\n',
};

for (const [what, whole] of Object.entries(plain)) {
  test(`${what} is left as it is`, () => {
    assert.deepEqual(splitThinking(whole), { thinking: '', text: whole, from: 0 });
  });
}

test('any text is split without an error, and its end stays', () => {
  const piece = fc.constantFrom(
    '<think>',
    '</think>',
    '<|channel|>',
    'analysis',
    'final',
    '<|message|>',
    '<|end|>',
    '{"a":1}',
    '```\n',
    ' ',
    'x',
    '[THINK]',
    '[/THINK]',
    'assistantfinal',
    '"',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const whole = pieces.join('');
      const { text, from } = splitThinking(whole);
      if (from !== null) assert.equal(whole.slice(from, from + text.length), text);
    }),
    { numRuns: 3000 },
  );
});

for (const unit of [
  '<think></think>',
  '</think>',
  '<think>',
  '{"',
  '```\n</think>',
  '<|channel|>',
  '<|message|>',
  ' ',
  'analysis',
  'assistantcommentary to=x',
  '[THINK]',
]) {
  test(`1 MB of ${JSON.stringify(unit)} is split in linear time`, () => {
    const start = performance.now();
    splitThinking(unit.repeat(1_000_000 / unit.length));
    const took = performance.now() - start;
    assert.ok(took < 5_000, `${took} ms`);
  });
}
