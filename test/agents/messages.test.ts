/** What each agent is shown, and what is read from its reply. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findJsonObject } from '../../agents/json-reply.ts';
import { judgeMessages, parseVerdict } from '../../agents/judge.ts';
import { repairMessage } from '../../agents/reply-fields.ts';
import { parseOrder, rerankMessages } from '../../agents/reranker.ts';
import { routerRequest } from '../../agents/router.ts';
import { parseSpecialistReply, specialistMessages } from '../../agents/specialist.ts';
import { parseSynthesis, synthesisMessages } from '../../agents/synthesizer.ts';
import type { ChatMessage } from '../../contracts/chat.ts';
import { chatReply } from '../support/replies.ts';

/** Roles in their order, the user's text, and the system's. */
function shown(messages: readonly ChatMessage[]) {
  const [system, user] = messages;
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['system', 'user'],
  );
  return { system: system?.content ?? '', user: user?.content ?? '' };
}

for (const [agent, messagesWith, asked] of [
  [
    'judge',
    (prompt: string | null) => judgeMessages(prompt, { question: 'Q', answer: 'A', evidence: 'E' }),
    '{"accepted"',
  ],
  ['reranker', (prompt: string | null) => rerankMessages(prompt, 'Q', []), '{"order"'],
  ['synthesizer', (prompt: string | null) => synthesisMessages(prompt, 'Q', [], 'E'), '{"answer"'],
] as const) {
  test(`the ${agent} has its instructions, after a prompt where there is one`, () => {
    const plain = shown(messagesWith(null)).system;
    assert.ok(plain.includes(asked));
    assert.ok(plain.startsWith('You '));
    assert.equal(shown(messagesWith('Be strict.')).system, `Be strict.\n\n${plain}`);
  });
}

for (const [agent, messages] of [
  ['judge', judgeMessages(null, { question: 'And?', standalone: 'What is X?', answer: 'A', evidence: 'E' })],
  ['synthesizer', synthesisMessages(null, 'And?', [], 'E', 'What is X?')],
  [
    'specialist',
    specialistMessages(
      { prompt: 'P' },
      { question: 'And?', standalone: 'What is X?', review: [], earlierAnswer: null, map: null },
    ),
  ],
] as const) {
  test(`the ${agent} sees a follow-up as it was asked, and what it means in full`, () => {
    assert.match(
      shown(messages).user,
      /^<question>\nAnd\?\n<\/question>\n<standalone_question>\nWhat is X\?\n<\/standalone_question>\n/,
    );
  });
}

test('the judge sees question, draft and evidence', () => {
  const { user } = shown(judgeMessages(null, { question: 'Q?', answer: 'A.', evidence: '@@ a.js' }));
  assert.equal(user, '<question>\nQ?\n</question>\n<draft>\nA.\n</draft>\n<evidence>\n@@ a.js\n</evidence>');
});

test('the synthesizer sees each draft with its citations, and the evidence', () => {
  const citations = [{ path: 'a.js', firstLine: 3, lastLine: 4, quote: 'x' }];
  const draft = { specialist: 'code', answer: 'A.', confidence: 0.5, insufficient: false, citations };
  const { user } = shown(synthesisMessages(null, 'Q?', [draft, { ...draft, specialist: 'docs' }], 'E'));
  const quoted = '[{"path":"a.js","first_line":3,"last_line":4,"quote":"x"}]';
  const shownDraft = (name: string) =>
    `<draft specialist="${name}" confidence="0.5" insufficient="false">\nA.\n<citations>\n${quoted}\n</citations>\n</draft>`;
  assert.equal(
    user,
    `<question>\nQ?\n</question>\n${shownDraft('code')}\n${shownDraft('docs')}\n<evidence>\nE\n</evidence>`,
  );
});

test('the reranker sees the places numbered from 1', () => {
  const place = { path: 'a.js', firstLine: 3, lastLine: 4, text: 'x = 1' };
  const { user } = shown(rerankMessages(null, 'boil', [place, { ...place, path: 'b.js' }] as never));
  assert.equal(user, '<query>\nboil\n</query>\n<places>\n[1] a.js:3-4\nx = 1\n\n[2] b.js:3-4\nx = 1\n</places>');
});

test('an order is read as indexes, each once, and only of places that are there', () => {
  assert.deepEqual(parseOrder(chatReply('{"order": [3, 1, 3, 0, -1, 4, 1.5, "2"]}'), 3), [2, 0]);
  assert.deepEqual(parseOrder(chatReply('{"order": "2, 1"}'), 3), null);
  assert.deepEqual(parseOrder(chatReply('2, 1'), 3), null);
  assert.deepEqual(parseOrder(chatReply('{"order": []}'), 3), []);
});

test('the specialist sees question, map, earlier draft and review, in this order, after its prompt and the rules', () => {
  const task = { question: 'Q?', review: ['cite it', 'be short'], earlierAnswer: 'old', map: 'lib/' };
  const { system, user } = shown(specialistMessages({ prompt: 'You know the code.' }, task));
  assert.match(system, /^You know the code\.\n\nWork from the repository alone/);
  assert.match(
    user,
    /^<question>\nQ\?\n<\/question>\n<repository_map>\nlib\/\n<\/repository_map>\n<earlier_draft>\nold\n<\/earlier_draft>\n<review>\n- cite it\n- be short\n<\/review>\n/,
  );
  const first = shown(specialistMessages({ prompt: 'P' }, { ...task, review: [], earlierAnswer: null, map: null }));
  assert.equal(first.user, '<question>\nQ?\n</question>');
});

test('what a model names in a tool call is cut, and never empty', () => {
  const toolCalls = [{ id: 'c1', name: 'n'.repeat(101), argumentsText: 'a'.repeat(4001) }];
  const reply = parseSpecialistReply(chatReply('', { toolCalls }), false);
  assert.deepEqual(reply.kind === 'tools' && reply.requests, [
    { callId: 'c1', tool: 'n'.repeat(100), argumentsText: 'a'.repeat(4000) },
  ]);
  const nameless = parseSpecialistReply(
    chatReply('', { toolCalls: [{ id: 'c1', name: '', argumentsText: '{}' }] }),
    false,
  );
  assert.equal(nameless.kind === 'tools' && nameless.requests[0]?.tool, 'unnamed');
});

test('an empty reply says whether tools are still to be had', () => {
  const problem = (mustAnswer: boolean) => {
    const reply = parseSpecialistReply(chatReply(' \n'), mustAnswer);
    return reply.kind === 'unparsable' ? reply.problem : reply.kind;
  };
  assert.equal(problem(false), 'the reply was empty');
  assert.equal(problem(true), 'the reply was empty: no more tool calls are possible');
});

test('a repair names the problem, and a tool call only while one is possible', () => {
  const free = repairMessage('no JSON', false);
  assert.equal(free.role, 'user');
  assert.match(
    free.content ?? '',
    /^<problem>\nno JSON\n<\/problem>\n.*Call a tool, or reply with the one JSON object/,
  );
  assert.doesNotMatch(free.content ?? '', /Reply again/);
  const last = repairMessage('no JSON', true).content ?? '';
  assert.match(last, /Reply again with the one JSON object/);
  assert.doesNotMatch(last, /Call a tool/);
});

test('the router is asked for one word, with its own model and prompt where the spec has them', () => {
  const spec = { fallback: 'other', clearProbability: 0.5, clearLead: 0.1, fanOut: 2, maxOutputTokens: 10 };
  const plain = routerRequest('Why?', spec, [{ name: 'storage', purpose: 'tables' }]);
  assert.deepEqual(
    plain.messages.map(({ role }) => role),
    ['system', 'user'],
  );
  assert.match(plain.messages[0]?.content ?? '', /^You route questions/);
  const { role, model, toolChoice, responseFormat, temperature, topLogprobs } = plain;
  assert.deepEqual(
    { role, model, toolChoice, responseFormat, temperature, topLogprobs },
    { role: 'router', model: null, toolChoice: 'auto', responseFormat: null, temperature: 0, topLogprobs: 20 },
  );
  const own = routerRequest('Why?', { ...spec, model: 'small', prompt: 'Sort.' }, []);
  assert.deepEqual([own.model, own.messages[0]?.content], ['small', 'Sort.']);
});

test('a router that named no route sees its reply and the names', () => {
  const spec = { fallback: 'other', clearProbability: 0.5, clearLead: 0.1, fanOut: 2, maxOutputTokens: 10 };
  const routes = [
    { name: 'storage', purpose: 'tables' },
    { name: 'other', purpose: 'the rest' },
  ];
  const [, , reply, answer] = routerRequest('Why?', spec, routes, ['Hm.']).messages;
  assert.deepEqual(reply, { role: 'assistant', content: 'Hm.', toolCalls: [] });
  assert.equal(answer?.role, 'user');
  assert.match(answer?.content ?? '', /That names no route[\s\S]*Reply with one word of: storage, other\./);
});

test('a verdict without an object is unparsable; a refusal keeps ten reasons, an acceptance none', () => {
  const none = parseVerdict(chatReply('fine'));
  assert.deepEqual(none, { kind: 'unparsable', problem: 'the reply holds no whole JSON object' });
  const reasons = Array.from({ length: 12 }, (_, at) => `reason ${at}`);
  const refused = parseVerdict(chatReply(JSON.stringify({ accepted: false, reasons })));
  assert.deepEqual(refused, { kind: 'verdict', verdict: { accepted: false, reasons: reasons.slice(0, 10) } });
  const accepted = parseVerdict(chatReply('{"accepted": true}'));
  assert.deepEqual(accepted, { kind: 'verdict', verdict: { accepted: true, reasons: [] } });
});

test('a synthesis without an object or an answer says so; what it superseded is cut', () => {
  assert.deepEqual(parseSynthesis(chatReply('fine')), {
    kind: 'unparsable',
    problem: 'the reply holds no whole JSON object',
  });
  assert.deepEqual(parseSynthesis(chatReply('{"answer": ""}')), {
    kind: 'unparsable',
    problem: 'the JSON object has no "answer" text',
  });
  const superseded = (value: unknown) => {
    const reply = parseSynthesis(chatReply(JSON.stringify({ answer: 'A.', superseded: value })));
    return reply.kind === 'synthesis' ? reply.synthesis.superseded : reply.kind;
  };
  assert.deepEqual(superseded({ specialist: 'docs' }), []);
  assert.deepEqual(superseded([null, { specialist: 'docs' }, { reason: 'old' }, { specialist: 1, reason: 'old' }]), []);
  const many = Array.from({ length: 25 }, () => ({ specialist: 's'.repeat(120), reason: 'r'.repeat(600) }));
  assert.deepEqual(superseded(many), Array(20).fill({ specialist: 's'.repeat(100), reason: 'r'.repeat(500) }));
  const [cut] = superseded([{ specialist: 'docs', reason: `${'r'.repeat(499)}🤖` }]);
  assert.ok(typeof cut === 'object' && cut.reason.isWellFormed());
});

test('the first whole object of a text is found, arrays and cut objects are passed over', () => {
  assert.deepEqual(findJsonObject('{"a": [{"b": 1}]}'), { a: [{ b: 1 }] });
  assert.deepEqual(findJsonObject('{no json} {"a": 1} {"b": 2}'), { a: 1 });
  assert.deepEqual(findJsonObject('} {"a": "}{", "b": "\\"}"}'), { a: '}{', b: '"}' });
  for (const text of ['', '[1, 2]', '"a"', 'null', '7', '{', '{"a": 1', '{"a": "}'])
    assert.equal(findJsonObject(text), null);
});
