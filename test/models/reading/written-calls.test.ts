import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { forms } from '../../../models/reading/call-forms.ts';
import { repairedReply } from '../../../models/reading/repair-reply.ts';
import { splitThinking } from '../../../models/reading/thinking.ts';
import { chatReply } from '../../support/replies.ts';

const tools = [
  {
    name: 'search_code',
    description: '',
    parameters: {
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'integer' } },
      required: ['query'],
    },
  },
  { name: 'read_lines', description: '', parameters: { type: 'object', properties: { path: { type: 'string' } } } },
];

const read = (whole: string, more: object = {}) =>
  repairedReply(chatReply(splitThinking(whole).text, more), { tools, toolChoice: 'auto' });
const callsOf = (whole: string) =>
  read(whole).toolCalls.map(({ name, argumentsText }) => [name, JSON.parse(argumentsText)]);

const query = { query: 'on "timeout"', limit: 5 };
const json = JSON.stringify(query);
const both = [
  ['search_code', query],
  ['read_lines', { path: 'a.js' }],
];
const second = '{"path": "a.js"}';

const written: Record<string, string> = {
  'JSON in tool_call tags (Hermes, Qwen)': `<tool_call>\n{"name": "search_code", "arguments": ${json}}\n</tool_call>\n<tool_call>{"name": "read_lines", "arguments": ${second}}</tool_call>`,
  'Python in tool_call tags': `<tool_call>{'name': 'search_code', 'arguments': {'query': 'on "timeout"', 'limit': 5}}</tool_call><tool_call>{'arguments': {'path': 'a.js'}, 'name': 'read_lines'}</tool_call>`,
  'function tags (Qwen3-Coder)': `<tool_call>\n<function=search_code>\n<parameter=query>\non "timeout"\n</parameter>\n<parameter=limit>\n5\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=read_lines>\n<parameter=path>\na.js\n</parameter>\n</function>\n</tool_call>`,
  'function tags with JSON (Llama 3.1)': `<function=search_code>${json}</function><function=read_lines>${second}</function>`,
  'keys and values (GLM)': `<tool_call>search_code\n<arg_key>query</arg_key>\n<arg_value>on "timeout"</arg_value>\n<arg_key>limit</arg_key><arg_value>5</arg_value>\n</tool_call><tool_call>read_lines<arg_key>path</arg_key><arg_value>a.js</arg_value></tool_call>`,
  'a list (Mistral)': `[TOOL_CALLS][{"name": "search_code", "arguments": ${json}}, {"name": "read_lines", "arguments": ${second}}]`,
  'names and arguments (Mistral since v11)': `[TOOL_CALLS]search_code[ARGS]${json}[TOOL_CALLS]read_lines[CALL_ID]a1[ARGS]${second}`,
  'python_tag (Llama 3)': `<|python_tag|>{"name": "search_code", "parameters": ${json}}; {"name": "read_lines", "parameters": ${second}}<|eom_id|>`,
  'JSON alone (Llama 3)': `{"name": "search_code", "parameters": ${json}}\n{"name": "read_lines", "parameters": ${second}}`,
  'JSON alone in a code block': `\`\`\`json\n[{"name": "search_code", "arguments": ${json}}, {"name": "read_lines", "arguments": ${second}}]\n\`\`\``,
  'sections (Kimi)': `<|tool_calls_section_begin|><|tool_call_begin|>functions.search_code:0<|tool_call_argument_begin|>${json}<|tool_call_end|><|tool_call_begin|>functions.read_lines:1<|tool_call_argument_begin|>${second}<|tool_call_end|><|tool_calls_section_end|>`,
  'sections (DeepSeek)': `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>search_code\n\`\`\`json\n${json}\n\`\`\`<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>read_lines\n\`\`\`json\n${second}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  'sections (DeepSeek since V3.1)': `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>search_code<｜tool▁sep｜>${json}<｜tool▁call▁end｜><｜tool▁call▁begin｜>read_lines<｜tool▁sep｜>${second}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  'functools (Phi-4)': `functools[{"name": "search_code", "arguments": ${json}}, {"name": "read_lines", "arguments": ${second}}]`,
  'tool_code (Gemma)':
    '```tool_code\nsearch_code(query=\'on "timeout"\', limit=5)\nprint(read_lines(path="a.js"))\n```',
  'a Python list (Llama 4)': '[search_code(query="on \\"timeout\\"", limit=5), read_lines(path=\'a.js\')]',
  'commentary (gpt-oss)': `<|channel|>commentary to=functions.search_code <|constrain|>json<|message|>${json}<|call|><|start|>assistant<|channel|>commentary to=functions.read_lines<|message|>${second}<|call|>`,
  'invoke tags (MiniMax)': `<minimax:tool_call>\n<invoke name="search_code">\n<parameter name="query">on "timeout"</parameter>\n<parameter name="limit">5</parameter>\n</invoke>\n<invoke name="read_lines"><parameter name="path">a.js</parameter></invoke>\n</minimax:tool_call>`,
  'invoke tags (DeepSeek V3.2)': `<｜DSML｜function_calls><｜DSML｜invoke name="search_code"><｜DSML｜parameter name="query" string="true">on "timeout"</｜DSML｜parameter><｜DSML｜parameter name="limit" string="false">5</｜DSML｜parameter></｜DSML｜invoke><｜DSML｜invoke name="read_lines"><｜DSML｜parameter name="path" string="true">a.js</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜function_calls>`,
  'an action (Cohere)': `<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "search_code", "parameters": ${json}}, {"tool_call_id": "1", "tool_name": "read_lines", "parameters": ${second}}]<|END_ACTION|>`,
  'a list in tool_call markers (Granite, Phi-4)': `<|tool_call|>[{"name": "search_code", "arguments": ${json}}, {"name": "read_lines", "arguments": ${second}}]<|/tool_call|>`,
  'a list in TOOLCALL tags (Nemotron)': `<TOOLCALL>[{"name": "search_code", "arguments": ${json}}, {"name": "read_lines", "arguments": ${second}}]</TOOLCALL>`,
  'a list in tool_calls tags (Hunyuan)': `<tool_calls>\n[{"name": "search_code", "arguments": ${json}}, {"name": "read_lines", "arguments": ${second}}]\n</tool_calls>`,
  'objects in function_call markers (Granite)': `<function_call> {"name": "search_code", "arguments": ${json}}\n<function_call> {"name": "read_lines", "arguments": ${second}}`,
  'a Python list in markers (LFM2)': `<|tool_call_start|>[search_code(query='on "timeout"', limit=5), read_lines(path="a.js")]<|tool_call_end|>`,
  'a plugin (InternLM)': `<|action_start|><|plugin|>{"name": "search_code", "parameters": ${json}}<|action_end|><|action_start|><|plugin|>{"name": "read_lines", "parameters": ${second}}<|action_end|>`,
  'strings in quote tokens (Gemma 4)': `<|tool_call>call:search_code{query:<|"|>on "timeout"<|"|>,limit:5}<tool_call|><|tool_call>call:read_lines{path:<|"|>a.js<|"|>}<tool_call|>`,
  'steptml in sections (Step-3)': `<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="search_code"><steptml:parameter name="query">on "timeout"</steptml:parameter><steptml:parameter name="limit">5</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="read_lines"><steptml:parameter name="path">a.js</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>`,
  'function tags (Seed-OSS)': `<seed:tool_call>\n<function=search_code>\n<parameter=query>on "timeout"</parameter>\n<parameter=limit>5</parameter>\n</function>\n</seed:tool_call>\n<seed:tool_call><function=read_lines><parameter=path>a.js</parameter></function></seed:tool_call>`,
};

for (const [form, text] of Object.entries(written)) {
  test(`calls as text are read: ${form}`, () => {
    assert.deepEqual(callsOf(text), both);
    const reply = read(text);
    assert.equal(reply.text, '');
    assert.equal(reply.finishReason, 'tool_calls');
    assert.deepEqual(reply.repairs, ['tool-call-as-text', 'tool-call-as-text']);
    assert.equal(new Set(reply.toolCalls.map(({ id }) => id)).size, 2);
  });
}

test('words before a call stay, and a call whose end is missing is read', () => {
  const reply = read(`I will search.\n<tool_call>\n{"name": "search_code", "arguments": ${json}}`);
  assert.equal(reply.text, 'I will search.');
  assert.equal(reply.toolCalls.length, 1);
});

const noCalls: Record<string, string> = {
  'an answer': '{"answer": "It is <tool_call>{\\"name\\": \\"search_code\\"}</tool_call>.", "citations": []}',
  'an answer with a call in a code block': `It is written so:\n\`\`\`xml\n<tool_call>{"name": "search_code", "arguments": ${json}}</tool_call>\n\`\`\`\nas the guide says.`,
  'a call of no offered tool': '<tool_call>{"name": "rm", "arguments": {}}</tool_call>',
  'JSON with a name that is no tool': '{"name": "kettle", "parameters": {}}',
  'a cut call': '<tool_call>{"name": "search_code", "argum',
  'a marker alone': 'It ends with [TOOL_CALLS] or <|python_tag|>.',
  'prose with brackets': 'search_code (the tool) finds it',
};

for (const [what, text] of Object.entries(noCalls)) {
  test(`${what} is no call`, () => {
    const reply = chatReply(text);
    assert.deepEqual(repairedReply(reply, { tools, toolChoice: 'auto' }), reply);
  });
}

test('where no tools were offered, or the answer is due, text stays text', () => {
  const reply = chatReply(written['a list (Mistral)'] ?? '');
  assert.deepEqual(repairedReply(reply, { tools: [], toolChoice: 'auto' }), reply);
  assert.deepEqual(repairedReply(reply, { tools, toolChoice: 'none' }), reply);
});

test('any pieces of calls are read without an error', () => {
  const markers = Object.values(written).flatMap((text) => text.split(/(?<=[>\]}])|(?=[<[{])/));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...new Set(markers)), { maxLength: 10 }), (pieces) => {
      const { toolCalls } = read(pieces.join(''));
      for (const { argumentsText } of toolCalls) assert.equal(typeof argumentsText, 'string');
    }),
    { numRuns: 5000 },
  );
});

const units = [
  '<tool_call>',
  '<tool_call>{"name":"',
  '<function=a>',
  '<parameter=a>',
  '[TOOL_CALLS]',
  '[TOOL_CALLS][',
  '{"name":',
  '[',
  '{',
  'print(',
  'a(b=[',
  "a(b='",
  '<|tool_call_begin|>',
  '```tool_code\n',
  '<invoke name="a">',
  '<｜tool▁call▁begin｜>',
  '<|tool_call>call:a{b:<|"|>',
  '{a:',
  ' ',
  '\n{',
];
for (const unit of units) {
  test(`1 MB of ${JSON.stringify(unit)}, also behind a marker, is read in linear time`, () => {
    for (const marker of [
      '',
      '<tool_call>',
      '<function=x><parameter=y>',
      '[TOOL_CALLS]',
      '```tool_code\n',
      '<|tool_calls_section_begin|>',
      'functools',
      '<|tool_call|>',
      '<|tool_call>call:x{y:<|"|>',
    ]) {
      const start = performance.now();
      read(marker + unit.repeat(1_000_000 / unit.length));
      const took = performance.now() - start;
      assert.ok(took < 5_000, `${took} ms`);
    }
  });
}

test('each form is tried by a text here', () => {
  assert.equal(Object.keys(forms).length, 10);
});
