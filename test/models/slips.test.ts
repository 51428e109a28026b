import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSpecialistReply } from '../../agents/specialist.ts';
import { parseVerdict } from '../../agents/judge.ts';
import { completion, openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { question, scene, searchTool } from './chat-scene.ts';

const withTools = question({ tools: [searchTool] });
const error = (status: number, message: string, more: object = {}) => ({
  status,
  body: { error: { message, ...more } },
});

const slips = {
  'a code of its own': error(400, 'Failed to call a function. Please adjust your prompt.', { code: 'tool_use_failed' }),
  'what the model wrote': error(400, 'try again', { failed_generation: '<function=search' }),
  "Ollama's words": {
    status: 500,
    body: { error: `error parsing tool call: raw='{"query": ', err=unexpected end of JSON input` },
  },
  "llama.cpp's words": error(500, 'Failed to parse tool call arguments as JSON: [json.exception.parse_error.101]'),
  "llama.cpp's newer words": error(500, 'Failed to parse input at pos 12: <tool_call>'),
  'a grammar that ran out': error(500, 'Unexpected empty grammar stack after accepting piece: x'),
  "gpt-oss's header": error(500, 'unexpected tokens remaining in message header: ["to=functions"]'),
  'plain words': error(422, 'The model generated a tool call that could not be parsed'),
};

for (const [what, reply] of Object.entries(slips)) {
  test(`an endpoint that cannot read its model's reply (${what}): a reply of low quality`, async () => {
    await using stage = await scene({ script: [reply] });
    const given = await stage.ask(withTools);
    assert.equal(stage.server.requests.length, 1);
    assert.deepEqual([given.toolCalls, given.usage.modelCalls, given.usage.estimated], [[], 1, true]);
    const read = parseSpecialistReply(given, false);
    assert.ok(read.kind === 'unparsable' && /could not read/.test(read.problem), JSON.stringify(read));
  });
}

test('what the model wrote is read where it can be', async () => {
  const wrote = '<function=search_code>{"query": "x"}</function>';
  const failed = error(400, 'Failed to call a function.', { code: 'tool_use_failed', failed_generation: wrote });
  const invalid = error(400, 'Failed to generate JSON.', {
    code: 'json_validate_failed',
    failed_generation: '{"accepted": true, "reasons": [], "more": 1}',
  });
  await using stage = await scene({ script: [failed, invalid] });
  const reply = await stage.ask(withTools);
  assert.deepEqual(
    reply.toolCalls.map(({ name, argumentsText }) => [name, argumentsText]),
    [['search_code', '{"query":"x"}']],
  );
  assert.deepEqual([reply.repairs, reply.slip], [['tool-call-as-text'], undefined]);
  assert.equal(parseVerdict(await stage.ask(question())).kind, 'verdict');
});

test('errors of the request and of the server stay failures', async () => {
  const others = [
    openAiError(400, "Invalid schema for function 'search_code': type is missing", {
      param: 'tools[0].function.parameters',
    }),
    openAiError(400, 'tool_choice is not supported by this model'),
    openAiError(500, 'internal error'),
    openAiError(401, 'invalid api key: the model could not read your tool call'),
  ];
  await using stage = await scene({ script: [...others] });
  for (const _ of others) await stage.fail(question());
});

test('a finish reason that tells of a malformed call is one, too', async () => {
  const body = completion({ text: '', finish: 'function_call_filter: MALFORMED_FUNCTION_CALL' });
  await using stage = await scene({ script: [{ body }] });
  const read = parseSpecialistReply(await stage.ask(withTools), false);
  assert.ok(read.kind === 'unparsable' && /could not read/.test(read.problem));
});
