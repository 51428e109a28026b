/** A foreign server over Streamable HTTP: its headers, a redirect, more than it may send, and an end in the middle. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { ForeignServersFile } from '../../contracts/foreign/servers.ts';
import { createForeignTools } from '../../foreign-tools/foreign-tools.ts';
import { ForeignProblem } from '../../foreign-tools/failures.ts';
import { directly } from '../../lib/http-request.ts';

const { signal } = new AbortController();
const key = 'http-key-0123456789';

type Asked = { id?: number; method?: string };
type Play = (asked: Asked, response: ServerResponse) => boolean;

/** @param play answers a request itself where it returns true */
async function openServer(t: TestContext, play: Play = () => false) {
  const seen: { authorization: string | undefined; method: string | undefined }[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const asked = (request.method === 'POST' ? JSON.parse(Buffer.concat(parts).toString()) : {}) as Asked;
    seen.push({ authorization: request.headers.authorization, method: asked.method });
    if (play(asked, response)) return;
    if (asked.id === undefined) return void response.writeHead(request.method === 'POST' ? 202 : 405).end();
    const results: Record<string, object> = {
      initialize: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'h', version: '1' },
      },
      'tools/list': { tools: [{ name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }] },
      'tools/call': { content: [{ type: 'text', text: `seen with ${key}` }] },
    };
    const result = results[asked.method ?? ''];
    const body = result === undefined ? { error: { code: -32601, message: 'no' } } : { result };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: asked.id, ...body }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const headers = { Authorization: `Bearer ${key}` };
  const { mcpServers } = ForeignServersFile.parse({ mcpServers: { web: { url, headers, timeout: 5 } } });
  return { seen, tools: createForeignTools(mcpServers, directly) };
}

const look = (hash: string) => ({ name: 'mcp:web/look', hash, given: {}, timeoutSeconds: 5, onSent: () => {} });

const fails = (kind: string, words: RegExp) => (error: unknown) =>
  error instanceof ForeignProblem && error.kind === kind && words.test(error.message) && !error.message.includes(key);

test('a server is asked with its headers, and its key does not come back', async (t) => {
  const { tools, seen } = await openServer(t);
  const { hash, readOnly } = await tools.describe('mcp:web/look', signal);
  assert.equal(readOnly, true);
  assert.equal((await tools.call(look(hash), signal)).text, 'seen with [redacted]');
  assert.ok(seen.every(({ authorization }) => authorization === `Bearer ${key}`));
  assert.equal(seen.filter(({ method }) => method === 'tools/call').length, 1);
  await tools[Symbol.asyncDispose]();
});

test('a redirect is not followed, and a server that refuses the key cannot be reached', async (t) => {
  const other = await openServer(t);
  const away = await openServer(t, (_asked, response) => {
    response.writeHead(307, { location: 'http://127.0.0.1:1/steal' }).end();
    return true;
  });
  await assert.rejects(away.tools.describe('mcp:web/look', signal), fails('ForeignServerUnavailable', /./));
  const refusing = await openServer(t, (_asked, response) => {
    response.writeHead(401).end(`no ${key}`);
    return true;
  });
  await assert.rejects(refusing.tools.describe('mcp:web/look', signal), fails('ForeignServerUnavailable', /./));
  assert.deepEqual(other.seen, []);
});

test('more than 4 MB, and an end in the middle, are failures with a name', async (t) => {
  let mode: 'huge' | 'broken' = 'huge';
  const { tools } = await openServer(t, ({ method, id }, response) => {
    if (method !== 'tools/call') return false;
    response.writeHead(200, { 'content-type': 'application/json' });
    const result = { content: [{ type: 'text', text: 'x'.repeat(5_000_000) }] };
    if (mode === 'huge') response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    else response.write('{"jsonrpc"', () => response.destroy());
    return true;
  });
  const { hash } = await tools.describe('mcp:web/look', signal);
  await assert.rejects(tools.call(look(hash), signal), fails('ForeignServerDied', /more than 4000000 bytes/));
  mode = 'broken';
  await assert.rejects(tools.call(look(hash), signal), fails('ForeignServerDied', /broke off/));
});

test('an address where nothing listens is a server that cannot be reached', async () => {
  const { mcpServers } = ForeignServersFile.parse({ mcpServers: { web: { url: 'http://127.0.0.1:1/mcp' } } });
  await using tools = createForeignTools(mcpServers, directly);
  await assert.rejects(
    tools.describe('mcp:web/look', signal),
    fails('ForeignServerUnavailable', /ECONNREFUSED|bad port/),
  );
});
