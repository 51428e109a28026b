/** How learning is bounded, undone and shared. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCapabilityBook } from '../../models/openai/capability-book.ts';
import { readErrorBody } from '../../models/openai/error-body.ts';
import { tokenBound } from '../../models/openai/token-bounds.ts';
import { completion, openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { question, scene, searchTool, verdictFormat } from './chat-scene.ts';
import { everything } from './refusals/refusal-changes.ts';

const work = question({ tools: [searchTool], temperature: 0, topLogprobs: 5, maxOutputTokens: 2000 });
const refuse = (message: string): ScriptedReply => openAiError(400, message);

test('a field that was blamed without effect is sent again, and the next one is tried', async () => {
  const reply = ({ body }: { body: Record<string, unknown> }) =>
    'logprobs' in body ? refuse('temperature and logprobs: not for this model') : { body: completion() };
  await using stage = await scene({ reply });
  await stage.ask(work);
  assert.deepEqual(
    stage.bodies().map((body) => ['temperature' in body, 'logprobs' in body]),
    [
      [true, true],
      [false, true],
      [true, false],
    ],
  );
  await stage.ask(work);
  assert.equal(stage.bodies()[3]?.temperature, 0);
});

test('what was only guessed is forgotten when it did not help', async () => {
  await using stage = await scene({ reply: () => refuse('none of the requested parameters is supported') });
  await stage.fail(work);
  const sent = stage.server.requests.length;
  assert.ok(sent <= 5);
  await stage.fail(work);
  assert.deepEqual(stage.bodies()[sent], stage.bodies()[0]);
});

test('each lesson is told in one line, with what was and what is', async () => {
  const told: string[] = [];
  await using stage = await scene({
    script: [refuse('logprobs are unsupported'), refuse('max_tokens is too large: at most 512')],
    reply: () => ({ body: completion() }),
  });
  await stage.tell(work, (lesson) => told.push(lesson));
  assert.deepEqual(told, ['logprobs: true to false', 'mostOutputTokens: null to 512']);
});

test('a ceiling is kept also where thinking is added, and halved without a number until it is taken', async () => {
  const most = 300;
  const reply = ({ body }: { body: Record<string, unknown> }) =>
    Number(body.max_tokens) > most ? refuse('max_tokens is too big') : { body: completion() };
  await using stage = await scene({ reply });
  await stage.ask(work);
  assert.deepEqual(
    stage.bodies().map((body) => body.max_tokens),
    [2000, 1000, 500, 250],
  );
});

test('a floor is kept where less is asked for', async () => {
  const reply = ({ body }: { body: Record<string, unknown> }) =>
    Number(body.max_tokens) < 16
      ? refuse("Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 10 instead.")
      : { body: completion() };
  await using stage = await scene({ reply });
  await stage.ask(question({ maxOutputTokens: 10 }));
  await stage.ask(question({ maxOutputTokens: 400 }));
  assert.deepEqual(
    stage.bodies().map((body) => body.max_tokens),
    [10, 16, 400],
  );
});

test('models of one endpoint learn apart, and calls side by side learn the same', async () => {
  const reply = ({ body }: { body: Record<string, unknown> }) =>
    body.model === 'strict' && 'temperature' in body ? refuse('temperature is not supported') : { body: completion() };
  await using stage = await scene({ reply });
  const asked = ['strict', 'free', 'strict', 'free', 'strict'].map((model) => stage.ask({ ...work, model }));
  await Promise.all(asked);
  const before = stage.server.requests.length;
  await stage.ask({ ...work, model: 'strict' });
  await stage.ask({ ...work, model: 'free' });
  const last = stage.bodies().slice(before);
  assert.deepEqual(
    last.map((body) => 'temperature' in body),
    [false, true],
  );
});

test('the name in a reply tells the family of a model whose own name does not', async () => {
  await using stage = await scene({ reply: () => ({ body: completion({ model: 'gpt-5.6-terra' }) }) });
  await stage.ask(question({ tools: [searchTool] }));
  await stage.ask(question({ tools: [searchTool] }));
  assert.deepEqual(
    stage.bodies().map((body) => body.reasoning_effort),
    [undefined, 'none'],
  );
});

test('a file wins over what is learned: the refusal stands', async () => {
  const capabilities = [{ baseUrl: '*', model: 'local-*', capabilities: { temperature: true, logprobs: false } }];
  await using stage = await scene({ reply: () => refuse('temperature is not supported') }, { capabilities });
  await stage.fail(work);
  assert.equal(stage.server.requests.length, 1);
  assert.equal(stage.bodies()[0]?.logprobs, undefined);
});

test('whatever a refusal says, learning ends, and what was sent before is never learned again', () => {
  const words = fc.array(
    fc.constantFrom(
      ...'max_tokens temperature logprobs top_logprobs response_format json_schema tool_choice reasoning_effort stream not supported unknown must be at most at least 16 4096 role user after tool system alternate requested parameters ['.split(
        ' ',
      ),
    ),
    { maxLength: 14 },
  );
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 60 }), (refusals) => {
      const book = createCapabilityBook('http://127.0.0.1:1/v1');
      const seen = new Set<string>();
      let steps = 0;
      for (const refusal of refusals) {
        const takes = book.of('m');
        const sent = {
          model: 'm',
          messages: [
            { role: 'system' as const, content: 's' },
            { role: 'user' as const, content: 'u' },
            { role: 'user' as const, content: 'u' },
          ],
          [takes.limitField]: Math.min(2000, takes.mostOutputTokens ?? 2000),
          ...(takes.temperature ? { temperature: 0 } : {}),
          ...(takes.logprobs ? { logprobs: true, top_logprobs: takes.mostTopLogprobs } : {}),
          ...(takes.toolChoice.includes('none') ? { tool_choice: 'none' as const } : {}),
        };
        const learned = book.learn('m', sent, readErrorBody(JSON.stringify({ error: { message: refusal.join(' ') } })));
        if (learned === null || JSON.stringify(book.of('m')) === JSON.stringify(takes)) continue;
        steps += 1;
        const record = JSON.stringify(book.of('m'));
        assert.ok(!seen.has(record), record);
        seen.add(record);
      }
      assert.ok(steps < 60);
    }),
    { numRuns: 300 },
  );
});

test('a bound is read on the right side of what was sent, whatever stands around it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 100_000 }), fc.string({ maxLength: 60 }), (sent, noise) => {
      const bound = tokenBound(`max_tokens is too large: ${noise} ${sent}`, sent);
      assert.ok('least' in bound ? bound.least > sent : bound.most < sent || sent === 1, JSON.stringify(bound));
    }),
  );
});

const schemaOf = (body: Record<string, unknown> | undefined) => body?.response_format as { type: string } | undefined;

test('JSON is asked for with less and less until it is taken', async () => {
  const reply = ({ body }: { body: Record<string, unknown> }) =>
    'response_format' in body ? refuse('structured outputs are not supported by this model') : { body: completion() };
  await using stage = await scene({ reply });
  await stage.ask(question({ role: 'judge', responseFormat: verdictFormat }));
  assert.deepEqual(
    stage.bodies().map((body) => schemaOf(body)?.type),
    ['json_schema', 'json_object', undefined],
  );
});

test('the field is found wherever an error names it', async () => {
  const bodies = [
    { error: { message: '', param: 'logprobs' } },
    { error: { message: 'invalid', field: 'logprobs' } },
    { success: false, error: { issues: [{ code: 'unrecognized_keys', keys: ['logprobs'], path: [], message: 'no' }] } },
    { errors: [{ instancePath: '/logprobs', message: 'must be absent' }] },
    { message: 'token probabilities cannot be had here' },
    { error: JSON.stringify({ error: { message: 'Log-probabilities: unsupported' } }) },
    {
      error: { message: 'upstream said', metadata: { raw: '{"detail":[{"loc":["body","top_logprobs"],"msg":"no"}]}' } },
    },
  ];
  for (const body of bodies) {
    await using stage = await scene({ script: [{ status: 400, body }], reply: () => ({ body: completion() }) });
    await stage.ask(work);
    assert.equal(stage.bodies()[1]?.logprobs, undefined, JSON.stringify(body));
    assert.equal(stage.bodies()[1]?.temperature, 0);
  }
});

test('a ceiling without any field, and orders of roles in other words', async () => {
  const results = [
    { role: 'user' as const, content: 'Where?' },
    { role: 'assistant' as const, content: '', toolCalls: [{ id: 'a', name: 'grep', argumentsText: '{}' }] },
    { role: 'tool' as const, callId: 'a', content: 'x' },
    { role: 'user' as const, content: 'Now.' },
  ];
  for (const words of [
    'this model cannot generate more than 1024 tokens',
    'Output limit is 1,024 tokens, 2000 requested',
  ]) {
    await using stage = await scene({ script: [refuse(words)], reply: () => ({ body: completion() }) });
    await stage.ask(work);
    assert.equal(stage.bodies()[1]?.max_tokens, 1024, words);
  }
  for (const words of [
    'tool results must be followed by an assistant message',
    'messages: expected role assistant, got user',
    'A user turn may not come directly after a tool turn',
  ]) {
    await using stage = await scene({ script: [refuse(words)], reply: () => ({ body: completion() }) });
    await stage.ask(question({ messages: results }));
    const [, second = {}] = stage.bodies();
    const said = second.messages as { role: string }[];
    const roles = said.map(({ role }) => role);
    assert.deepEqual(roles, ['user', 'assistant', 'tool', 'assistant', 'user'], words);
  }
});

test('what a request with tools has to state or to end with is learned where it is missed', async () => {
  const { messages, ...rest } = everything;
  const asks = { ...rest, messages: messages.slice(0, -1), toolChoice: 'auto' as const };
  const refused = (message: string) => ({ status: 400, body: { error: { message } } });
  await using stage = await scene({ reply: () => ({ body: completion() }) });
  stage.server.play(refused('tool_choice is required when tools are given'));
  await stage.ask(asks);
  stage.server.play(refused('Last message must have role `user`.'));
  await stage.ask(asks);
  const [first, , , last] = stage.bodies();
  assert.equal(first?.tool_choice, undefined);
  assert.equal(last?.tool_choice, 'auto');
  const ending = ((last?.messages ?? []) as { role: string; content: string }[]).slice(-2);
  assert.deepEqual(
    ending.map(({ role, content }) => (role === 'tool' ? role : `${role}: ${content}`)),
    ['tool', 'user: Go on.'],
  );
});

test('an empty text is tried as null, and then as words', async () => {
  const refused = (message: string) => ({ status: 400, body: { error: { message, param: 'messages[2].content' } } });
  await using stage = await scene({
    script: [refused('the content must not be empty'), refused('the content must be a valid string, not null')],
    reply: () => ({ body: completion() }),
  });
  await stage.ask(everything);
  const said = stage.bodies().map((body) => (body.messages as { content: unknown }[])[2]?.content);
  assert.deepEqual(said, ['', null, 'I use a tool.']);
});

test('words about something else teach nothing', async () => {
  const others = [
    'messages: text content blocks must be non-empty',
    'Tool choice is none, but model called a tool',
    'An assistant message with tool_calls needs a tool message for each tool_call_id',
    'The request body is not valid.',
  ];
  for (const words of others) {
    await using stage = await scene({ reply: () => refuse(words) });
    const failure = await stage.fail(question({ ...work, toolChoice: 'none' }));
    assert.equal(stage.server.requests.length, 1, words);
    assert.doesNotMatch(failure.message, /takes no tools/, words);
  }
});

test('what a model wrote and its server could not read is kept, also through gateways', () => {
  const error = {
    message: 'Failed to call a function.',
    code: 'tool_use_failed',
    failed_generation: '<function=grep>',
  };
  for (const body of [{ error }, { error: { message: 'upstream', metadata: { raw: JSON.stringify({ error }) } } }]) {
    const read = readErrorBody(JSON.stringify(body));
    assert.equal(read.failedGeneration, '<function=grep>');
    assert.equal(read.code, 'tool_use_failed');
    assert.deepEqual(readErrorBody(JSON.stringify({ error: read })), read, 'read a second time it is the same');
  }
});

test('a hostile error body is read within a second', () => {
  const deep = `${'{"error":'.repeat(20_000)}"x"${'}'.repeat(20_000)}`;
  const wide = JSON.stringify({ errors: Array.from({ length: 50_000 }, () => ({ message: '{"a":1}' })) });
  for (const text of [deep, wide, '{'.repeat(1_000_000), `{"message":"${'max_tokens 1 '.repeat(80_000)}"}`]) {
    const start = performance.now();
    readErrorBody(text);
    assert.ok(performance.now() - start < 1000, `${text.slice(0, 20)}: ${performance.now() - start} ms`);
  }
});

test('calls side by side that are refused for how they stream all go on, though another has learned it first', async () => {
  const reply = ({ body }: { body: Record<string, unknown> }) =>
    'stream_options' in body
      ? refuse('Unrecognized request argument supplied: stream_options')
      : { body: completion() };
  await using stage = await scene({ reply });
  await Promise.all([stage.ask(work), stage.ask(work), stage.ask(work)]);
  assert.equal(stage.server.requests.length, 6);
});
