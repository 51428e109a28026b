/** MCP over Streamable HTTP: the handler that a server mounts, and what it shows of repositories and runs. */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CallToolResult, type Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { loadConfig } from '../../config/load-config.ts';
import { type McpHandler, mcpHandler } from '../../mcp/handler.ts';
import type { McpOptions } from '../../mcp/surface.ts';
import { pipeline, type Scene } from '../support/scene.ts';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { goodDraft, says } from '../support/team.ts';
import { clientOf, type Era, eras, settingsOf } from './mcp-process.ts';

const file = sceneOfFile();

const textOf = ({ content: [first] }: CallToolResult) => (first?.type === 'text' ? first.text : '');

function handlerOf(scene: Scene, options: Partial<McpOptions> = {}): McpHandler {
  const settings = loadConfig(settingsOf(scene));
  const allowedRepositories = [join(scene.dataDirectory, 'repository')];
  return mcpHandler({ settings, log: () => {}, allowedRepositories, ...options });
}

async function connected(handler: McpHandler, era: Era): Promise<Client> {
  const client = clientOf(era);
  const fetch = (url: string | URL, init?: RequestInit) => handler(new Request(url, init));
  await client.connect(new StreamableHTTPClientTransport(new URL('http://127.0.0.1/mcp'), { fetch }));
  return client;
}

for (const era of eras)
  test(`${era}: a question is answered over HTTP, with progress`, async () => {
    file.play({ specialist: () => says(goodDraft) });
    await using handler = handlerOf(file.scene);
    const client = await connected(handler, era);
    let heard = 0;
    const asked = { name: 'ask', arguments: { question: 'When does boil throw?' } };
    const onprogress = () => {
      heard += 1;
    };
    const result = await client.callTool(asked, { onprogress, timeout: 240_000 });
    assert.equal((result.structuredContent as { answer: string }).answer, goodDraft.answer, textOf(result));
    assert.ok(heard > 2, `${heard}`);
    await client.close();
  });

test('a server that names repositories shows no other one, nor its runs and sources', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { scene } = file;
  const other = join(scene.dataDirectory, 'other');
  cpSync(join(scene.dataDirectory, 'repository'), other, { recursive: true });
  await using handler = handlerOf(scene);
  await using open = handlerOf(scene, { allowedRepositories: 'any' });
  const [client, anyClient] = await Promise.all([connected(handler, 'modern'), connected(open, 'modern')]);
  const { tools } = await client.listTools();
  assert.ok(!JSON.stringify(tools).includes(scene.dataDirectory), 'no path of this machine is told');
  for (const repository of [other, '..', 'https://example.org/a.git'])
    assert.equal((await client.callTool({ name: 'map', arguments: { repository } })).isError, true);
  const named = await client.callTool({ name: 'search', arguments: { query: 'boil', repository: 'repository' } });
  assert.equal(named.isError ?? false, false, textOf(named));

  const found = await anyClient.callTool({ name: 'search', arguments: { query: 'boil', repository: other } });
  const { results } = found.structuredContent as { results: { uri: string }[] };
  const uri = results[0]?.uri ?? '';
  assert.equal((await anyClient.readResource({ uri })).contents.length, 1);
  await assert.rejects(client.readResource({ uri }), { code: -32602 });

  const repository = { kind: 'path', path: other } as const;
  const handle = await scene.start('When does boil throw?', { pipeline: pipeline(), repository });
  const ours = await scene.start('When does boil throw?', { pipeline: pipeline() });
  await Promise.all([handle.result(), ours.result()]);
  const { workflowId: run_id } = handle;
  for (const name of ['result', 'status', 'cancel'])
    assert.match(textOf(await client.callTool({ name, arguments: { run_id } })), /^RunNotFound: /, name);
  const decision = { run_id, request_id: 'draft-1', choice: 'approve' };
  assert.match(textOf(await client.callTool({ name: 'decide', arguments: decision })), /^RunNotFound: /);
  const listed = textOf(await client.callTool({ name: 'status', arguments: {} }));
  assert.ok(listed.includes(ours.workflowId) && !listed.includes(run_id), listed);
  const shown = await client.callTool({ name: 'result', arguments: { run_id: ours.workflowId } });
  assert.equal((shown.structuredContent as { outcome: string }).outcome, 'answered', textOf(shown));
  assert.throws(() => handlerOf(scene, { allowedRepositories: [] }), { code: 'InvalidInput' });
});

test('a body above 4 MB is refused, and a request that is given up leaves its run', async () => {
  const held = Promise.withResolvers<void>();
  file.play({ specialist: () => held.promise.then(() => says(goodDraft)) });
  const { scene } = file;
  await using handler = handlerOf(scene);
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { x: 'x'.repeat(5_000_000) } });
  const { status } = await handler(new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body }));
  assert.equal(status, 413);

  const client = await connected(handler, 'modern');
  const stop = new AbortController();
  const started = Promise.withResolvers<string>();
  const onprogress = ({ message = '' }: { message?: string | undefined }) => {
    if (message.startsWith('started ')) started.resolve(message.slice('started '.length));
  };
  const asked = { name: 'ask', arguments: { question: 'When does boil throw?' } };
  const end = client.callTool(asked, { onprogress, signal: stop.signal, timeout: 240_000 }).catch(String);
  const handle = scene.client.workflow.getHandle(await started.promise);
  stop.abort('given up');
  await end;
  held.resolve();
  const outcome = (await handle.result()) as { kind: string };
  assert.equal(outcome.kind, 'answered');
});
