import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startScriptedServer } from './scripted-server.ts';
import { llamaCpp, openAiReasoning } from './scripted-server-personas.ts';
import { completion, openAiError } from './scripted-server-reply.ts';

function post(url: string, body: object): Promise<Response> {
  return fetch(`${url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
}

const messages = [{ role: 'user', content: 'hello' }];

test('replies are played in order and every request is kept', async () => {
  await using server = await startScriptedServer({ script: [openAiError(429, 'later')] });
  server.play({ body: completion({ text: 'second' }), headers: { 'x-mark': '2' } });
  assert.equal((await post(server.url, { n: 1 })).status, 429);
  const second = await post(server.url, { n: 2 });
  assert.equal(second.headers.get('x-mark'), '2');
  assert.match(await second.text(), /"content":"second"/);
  assert.deepEqual(
    server.requests.map((request) => request.body.n),
    [1, 2],
  );
  assert.equal(await server.requests[1]?.ended, 'replied');
  assert.deepEqual(server.leftovers(), []);
});

test('an unused reply and a request that nothing was scripted for are left over', async () => {
  await using server = await startScriptedServer();
  assert.equal((await post(server.url, {})).status, 500);
  server.play(openAiError(500, 'never asked for'));
  const leftovers = server.leftovers();
  assert.equal(leftovers.length, 2);
  assert.match(String(leftovers[0]), /nothing was scripted for POST \/v1\/chat\/completions/);
  assert.match(String(leftovers[1]), /unused reply: .*never asked for/);
});

test('faults reach the client as faults', async () => {
  await using server = await startScriptedServer({
    script: [{ fault: 'disconnect' }, { fault: 'cut' }, { fault: 'hang' }],
  });
  await assert.rejects(post(server.url, {}));
  const cut = await post(server.url, {});
  assert.equal(cut.status, 200);
  await assert.rejects(cut.text());
  const client = new AbortController();
  const hung = fetch(`${server.url}/models`, { signal: client.signal }).catch(() => 'gave up');
  const request = await server.request(2);
  client.abort();
  assert.equal(await hung, 'gave up');
  assert.equal(await request.ended, 'aborted');
});

test('a persona stands before another server: refuses by itself, passes on, and keeps the model’s name', async () => {
  await using upstream = await startScriptedServer({
    reply: ({ path }) => ({ body: path.endsWith('/models') ? { data: [] } : completion({ text: 'from behind' }) }),
  });
  await using front = await startScriptedServer({
    persona: openAiReasoning(),
    upstream: { baseUrl: upstream.url, model: 'switchyard-offline' },
  });
  assert.equal((await post(front.url, { model: 'gpt-5', messages, temperature: 0 })).status, 400);
  assert.equal(upstream.requests.length, 0);
  const reply = (await (await post(front.url, { model: 'gpt-5', messages })).json()) as Record<string, unknown>;
  assert.equal(reply.model, 'gpt-5');
  assert.equal(upstream.requests[0]?.body.model, 'switchyard-offline');
  assert.deepEqual(reply.usage, {
    prompt_tokens: 12,
    completion_tokens: 67,
    total_tokens: 79,
    completion_tokens_details: { reasoning_tokens: 64 },
  });
  assert.equal((await fetch(`${front.url}/models`)).status, 200);
});

test('what fails upstream fails the same way in front: a status with its wait, garbage, a cut reply', async () => {
  const later = { ...openAiError(429, 'later'), headers: { 'retry-after': '3' } };
  const script = [later, { body: '{"no": JSON' }, { fault: 'cut' as const }];
  await using upstream = await startScriptedServer({ script });
  await using front = await startScriptedServer({ persona: openAiReasoning(), upstream: { baseUrl: upstream.url } });
  const busy = await post(front.url, { messages });
  assert.equal(busy.status, 429);
  assert.equal(busy.headers.get('retry-after'), '3');
  assert.equal(await (await post(front.url, { messages })).text(), '{"no": JSON');
  await assert.rejects(post(front.url, { messages }));
  assert.deepEqual(upstream.leftovers(), []);
  assert.deepEqual(front.leftovers(), []);
});

test('the llama.cpp persona forgets a schema every second time and refuses what is longer than its context', async () => {
  await using server = await startScriptedServer({
    persona: llamaCpp(50),
    reply: ({ body }) => ({ body: { ...completion(), echo: body } }),
  });
  const formats = [];
  for (let call = 0; call < 3; call += 1) {
    const reply = await post(server.url, { messages, response_format: { type: 'json_schema' }, logprobs: true });
    const { echo } = (await reply.json()) as { echo: Record<string, unknown> };
    assert.equal(echo.logprobs, undefined);
    formats.push(echo.response_format !== undefined);
  }
  assert.deepEqual(formats, [true, false, true]);
  const long = await post(server.url, { messages: [{ role: 'user', content: 'x'.repeat(400) }] });
  assert.equal(long.status, 400);
  assert.match(await long.text(), /exceed_context_size_error/);
});
