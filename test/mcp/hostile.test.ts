/** What a client must not get, whatever it asks for: files outside of a snapshot, endless text, a server that ends. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { CallToolResult, Client } from '@modelcontextprotocol/client';
import Ajv from 'ajv/dist/2020.js';
import { temporaryFolder } from '../client/run-command.ts';
import { openMcp } from './mcp-here.ts';
import { rawMcpProcess } from './mcp-process.ts';

const secret = 'words of another folder';
const textOf = ({ content: [first] }: CallToolResult) => (first?.type === 'text' ? first.text : '');

/** A repository beside a file that is not of it; nothing here needs a Temporal server. */
function placeIn(folder: string) {
  const repository = join(folder, 'repository');
  mkdirSync(join(repository, 'lib'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), secret);
  writeFileSync(join(repository, '.env'), `PASSWORD=${secret}\n`);
  // A line of more than 50,000 characters would be left out as machine-written; these are two bytes each.
  writeFileSync(join(repository, 'lib/long.js'), `${'é'.repeat(40_000)}\n${'const kettle = 1;\n'.repeat(400)}`);
  writeFileSync(join(repository, 'lib/many.js'), Array.from({ length: 900 }, (_, at) => `line ${at + 1}`).join('\n'));
  writeFileSync(join(repository, 'lib/steering.js'), 'const a = "\u001b[2J\u202e";\n');
  writeFileSync(join(repository, 'lib/empty.js'), '');
  symlinkSync(join(folder, 'secret.txt'), join(repository, 'lib/link.txt'));
  symlinkSync(folder, join(repository, 'up'));
  const git = (...given: string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...given]);
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'All');
  return { dataDirectory: folder, address: '127.0.0.1:9', taskQueue: 'none' };
}

const folder = temporaryFolder();
after(() => folder[Symbol.dispose]());
const place = placeIn(folder.path);

const call = (client: Client, name: string, given: Record<string, unknown>) =>
  client.callTool({ name, arguments: given }, { timeout: 240_000 }).catch((error: Error) => error);

test('no path and no URI leads out of the repository', async () => {
  await using mcp = await openMcp(place, { era: 'modern' });
  const paths = [
    '../secret.txt',
    'lib/../../secret.txt',
    join(folder.path, 'secret.txt'),
    'lib/link.txt',
    'up/secret.txt',
  ];
  const odd = [
    'lib/\0long.js',
    '.git/config',
    '.env',
    '//etc/passwd',
    'C:\\secret.txt',
    'lib/%2e%2e/%2e%2e/secret.txt',
    '/',
  ];
  for (const path of [...paths, ...odd]) {
    const result = await call(mcp.client, 'read_lines', { path });
    assert.ok(!(result instanceof Error) && result.isError === true, `${path}: ${String(result)}`);
    assert.match(textOf(result), /^InvalidInput \(path\): /);
    assert.ok(!JSON.stringify(result).includes(secret), path);
  }
  const there = await call(mcp.client, 'read_lines', { path: 'lib/many.js', first_line: 2, last_line: 3 });
  assert.ok(!(there instanceof Error));
  assert.equal(textOf(there), 'line 2\nline 3');
  const { uri } = there.structuredContent as { uri: string };
  const outside = ['../../secret.txt', '%2e%2e/%2e%2e/secret.txt', '..%2F..%2Fsecret.txt', 'link.txt', '%00', '%'];
  for (const path of outside) {
    const made = uri.replace('lib/many.js', `lib/${path}`);
    await assert.rejects(mcp.client.readResource({ uri: made }), { code: -32602 }, made);
    const result = await call(mcp.client, 'read_lines', { uri: made });
    assert.ok(!(result instanceof Error) && result.isError === true, made);
  }
  // The same commit as it is read with the files that hold secrets.
  const withSecrets = uri.replace(/00\/2-3\/.*/, '01/1-2/.env');
  await assert.rejects(mcp.client.readResource({ uri: withSecrets }), { code: -32602 });
  for (const made of ['file:///etc/passwd', 'switchyard://source/a/b/1-2/c', 'switchyard://x', 'no uri'])
    await assert.rejects(mcp.client.readResource({ uri: made }), { code: -32602 }, made);
});

test('lines are bounded, and steer no terminal', async () => {
  await using mcp = await openMcp(place);
  type Lines = { first_line: number; last_line: number; total_lines: number; text: string; cut: boolean };
  const lines = async (path: string, more: object = {}) => {
    const result = await call(mcp.client, 'read_lines', { path, ...more });
    assert.ok(!(result instanceof Error) && result.isError !== true, `${path}: ${JSON.stringify(result)}`);
    return result.structuredContent as Lines;
  };
  const many = await lines('lib/many.js', { last_line: 900 });
  assert.deepEqual([many.last_line, many.total_lines, many.cut], [400, 900, true]);
  const rest = await lines('lib/many.js', { first_line: 899, last_line: 10_000 });
  assert.deepEqual([rest.text, rest.cut], ['line 899\nline 900', false]);
  const long = await lines('lib/long.js');
  assert.deepEqual([Buffer.byteLength(long.text), long.last_line, long.cut], [64 * 1024, 1, true]);
  assert.deepEqual((await lines('lib/empty.js')).last_line, 0);
  assert.equal((await lines('lib/steering.js')).text, 'const a = "\ufffd[2J\ufffd";');
  for (const given of [
    { first_line: 0 },
    { first_line: 9, last_line: 3 },
    { first_line: 5_000 },
    { first_line: 1e308 },
  ]) {
    const result = await call(mcp.client, 'read_lines', { path: 'lib/many.js', ...given });
    assert.ok(!(result instanceof Error) && result.isError === true, JSON.stringify(given));
  }
});

test('arguments that are wrong, or too large, are refused, and the server goes on', async () => {
  await using mcp = await openMcp(place, { era: 'modern' });
  const wrong: [string, Record<string, unknown>][] = [
    ['ask', { question: '' }],
    ['ask', { question: 'x'.repeat(20_001) }],
    ['ask', { question: 'Why?', pipeline: '/etc/passwd' }],
    ['ask', { question: 'Why?', repository: join(folder.path, 'none') }],
    ['ask', { question: 'Why?', repository: `${folder.path}\0` }],
    ['ask', { question: 'Why?', ref: '--upload-pack=touch /tmp/x' }],
    ['ask', { question: 'Why?', max_model_calls: 100_000 }],
    ['ask', { question: 'Why?', surprise: true }],
    ['search', { query: 'x', limit: 1e9 }],
    ['search', { query: 'x'.repeat(9_000_000) }],
    ['map', { tokens: 1e9 }],
    ['map', { path: '../..' }],
    ['read_lines', { path: 'lib/many.js', uri: 'switchyard://source/a/b/1-2/c' }],
    ['read_lines', {}],
    ['result', { run_id: 'a b' }],
    ['none', {}],
  ];
  for (const [name, given] of wrong) {
    const result = await call(mcp.client, name, given);
    const refused = result instanceof Error || result.isError === true;
    assert.ok(refused, `${name} ${JSON.stringify(given).slice(0, 80)}`);
    assert.ok(JSON.stringify(result).length < 20_000, 'what was given is not sent back');
  }
  assert.equal((await mcp.client.listTools()).tools.length, 9);
});

test('every schema of a tool is one, and nothing but the protocol is on stdout', async () => {
  await using mcp = rawMcpProcess(place);
  const { result } = await mcp.modern('tools/list', {}, {});
  const tools = result?.tools as {
    name: string;
    inputSchema: object;
    outputSchema: object;
    annotations: { readOnlyHint: boolean };
  }[];
  assert.deepEqual(tools.map(({ name }) => name).toSorted(), [
    ...['ask', 'cancel', 'decide', 'map', 'read_lines', 'result', 'search', 'start', 'status'],
  ]);
  const ajv = new Ajv.default({ strict: false });
  for (const { inputSchema, outputSchema } of tools)
    for (const schema of [inputSchema, outputSchema]) ajv.compile(schema);
  // Clients that turn schemas into another dialect read one type at a place.
  assert.ok(!JSON.stringify(tools).includes('"type":['));
  const readOnly = tools.filter(({ annotations }) => annotations.readOnlyHint).map(({ name }) => name);
  assert.deepEqual(readOnly.toSorted(), ['ask', 'map', 'read_lines', 'result', 'search', 'start', 'status']);
  mcp.send({ jsonrpc: '2.0', id: 'no number', method: 'tools/call' });
  mcp.send(['nonsense']);
  const { result: found } = await mcp.modern('tools/call', { name: 'search', arguments: { query: 'kettle' } }, {});
  const search = tools.find(({ name }) => name === 'search');
  assert.ok(ajv.validate(search?.outputSchema ?? {}, found?.structuredContent), JSON.stringify(ajv.errors));
  assert.equal(await mcp.end(), 0);
  for (const line of mcp.lines) assert.equal((JSON.parse(line) as { jsonrpc: string }).jsonrpc, '2.0');
});
