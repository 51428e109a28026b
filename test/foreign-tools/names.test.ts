/** Names of foreign tools, what is said of them in a pipeline, and the file that names their servers. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { foreignMistakes } from '../../application/pipelines/foreign-tools.ts';
import { loadConfig } from '../../config/load-config.ts';
import { readForeignServers } from '../../config/foreign-servers-file.ts';
import { redactorOf } from '../../config/redactor.ts';
import { RequestId } from '../../contracts/decision.ts';
import { foreignNameOf, foreignToolCalled, offeredName, shownTool } from '../../contracts/foreign/names.ts';
import { ForeignServersFile } from '../../contracts/foreign/servers.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';
import { quoted, textOfResult } from '../../foreign-tools/result-text.ts';
import { resultCharacters } from '../../retrieval/tools/rendering.ts';
import { requestText } from '../../client/runs/request-text.ts';
import { anyText } from '../support/any-text.ts';

test('a name is of a server and a tool, and models get one that every endpoint takes', () => {
  assert.deepEqual(foreignNameOf('mcp:tracker/issues.create'), { server: 'tracker', tool: 'issues.create' });
  for (const wrong of ['mcp:Tracker/a', 'mcp:tracker', 'mcp:tracker/', 'mcp:a_b/c', 'tracker/a', 'mcp:tracker/a b'])
    assert.equal(foreignNameOf(wrong), null, wrong);
  assert.equal(offeredName('mcp:tracker/issues.create'), 'mcp__tracker__issues_create');
  const tools = ['search_code', 'mcp:tracker/issues.create'];
  assert.equal(foreignToolCalled(tools, 'mcp__tracker__issues_create'), 'mcp:tracker/issues.create');
  assert.equal(foreignToolCalled(tools, 'mcp__tracker__issues'), null);
  assert.deepEqual(
    ['search_code', 'mcp__tracker__issues_create', 'rm'].map((each) => shownTool(tools, each)),
    ['search_code', 'mcp:tracker/issues.create', 'rm'],
  );
});

const spec = (tools: string[], more: object = {}) =>
  PipelineSpec.safeParse({
    name: 'p',
    specialists: [{ name: 'code', purpose: 'code', prompt: 'Answer.', tools }],
    ...more,
  });
const messages = ({ error }: ReturnType<typeof spec>) => error?.issues.map(({ message }) => message) ?? [];

test('a pipeline says what is wrong with names of foreign tools, and with what it says of them', () => {
  assert.ok(spec(['search_code', 'mcp:a/b'], { foreignTools: { 'mcp:a/b': { effects: true } } }).success);
  assert.match(messages(spec(['mcp:A/b'])).join(), /"mcp:A\/b" is no name of a foreign tool: write mcp:SERVER\/TOOL/);
  assert.match(messages(spec([`mcp:a/${'b'.repeat(60)}`])).join(), /is too long: models would call it/);
  assert.match(messages(spec(['mcp:a/b.c', 'mcp:a/b/c'])).join(), /have one name for models: "mcp__a__b_c"/);
  assert.match(
    messages(spec(['mcp:a/b'], { foreignTools: { 'mcp:a/c': { effects: true } } })).join(),
    /no specialist has this tool/,
  );
  assert.ok(!spec(['mcp:a/b'], { foreignTools: { 'mcp:a/b': { idempotent: true } } }).success, 'effects must be said');
});

test('servers and tools that the settings do not have are named with their place', () => {
  const { mcpServers } = ForeignServersFile.parse({ mcpServers: { a: { command: 'x', allow: ['b'] } } });
  const named = ['mcp:a/b', 'mcp:a/c', 'mcp:z/b'].map((tool, at) => ({ tool, path: ['specialists', 0, 'tools', at] }));
  assert.deepEqual(foreignMistakes(named, mcpServers), [
    {
      path: ['specialists', 0, 'tools', 1],
      message: 'the MCP server "a" is allowed b, not "c" (SWITCHYARD_MCP_SERVERS)',
    },
    {
      path: ['specialists', 0, 'tools', 2],
      message: 'no MCP server "z" is in the file of SWITCHYARD_MCP_SERVERS: it names a',
    },
  ]);
});

test('the file of servers is read in the form of other clients; each mistake names its place and no secret', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-mcp-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'mcp.json');
  const read = (value: unknown) => {
    writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    return readForeignServers(file);
  };
  const stdio = {
    type: 'stdio',
    command: 'npx',
    args: ['-y', 'x'],
    env: { API_TOKEN: 'token-0123456789', PLACE: '/srv/books' },
  };
  const http = { url: 'https://user:word-of-pass@example.org/mcp', headers: { Authorization: 'Bearer abcdefghijkl' } };
  const { servers, mistakes } = read({ mcpServers: { a: stdio, b: http } });
  assert.deepEqual(
    [mistakes, Object.keys(servers), servers.a?.timeout, servers.b?.policy],
    [[], ['a', 'b'], 60, 'ask'],
  );
  const redact = redactorOf(loadConfig({ SWITCHYARD_MCP_SERVERS: file }, folder)).text;
  assert.equal(
    redact('token-0123456789 abcdefghijkl word-of-pass /srv/books'),
    '[redacted] [redacted] [redacted] /srv/books',
  );
  for (const [value, words] of [
    ['{', /expected JSON/],
    [{ servers: {} }, /mcpServers/],
    [{ mcpServers: { 'A b': stdio } }, /A b/],
    [{ mcpServers: { a: { ...stdio, commnd: 'secret-value' } } }, /mcpServers\.a/],
    [{ mcpServers: { a: { ...stdio, timeout: 0 } } }, /mcpServers\.a/],
    [{ mcpServers: { a: { url: 'file:///etc/passwd' } } }, /mcpServers\.a/],
  ] as const) {
    const { mistakes: found } = read(value);
    assert.match(found.join('\n'), words);
    assert.ok(found.every((line) => line.startsWith(`SWITCHYARD_MCP_SERVERS: ${file}: `)));
    assert.ok(!found.join().includes('secret-value') && !found.join().includes('token-0123456789'));
  }
});

test('whatever a server sends, a result is bounded, and every line of it is quoted', () => {
  const part = fc.oneof(
    fc.record({ type: fc.constant('text'), text: anyText(30_000) }),
    fc.record({ type: fc.constant('text'), text: fc.constant('\n'.repeat(40_000)) }),
    fc.record({ type: fc.constantFrom('image', 'resource', 'resource_link', 'other'), uri: fc.anything() }),
    fc.anything(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), fc.jsonValue(), (parts, structured) => {
      const { text } = quoted(textOfResult(parts, structured));
      assert.ok(text.length <= resultCharacters - 400);
      assert.ok(text.isWellFormed());
      assert.ok(text.split('\n').every((line) => line.startsWith('> ') || line === '>'));
    }),
    { numRuns: 30 },
  );
});

test('an approval shows every argument on its line, without what would move a terminal', () => {
  const argumentsText = JSON.stringify({ to: 'ann', body: '\u001b[2Jgone' });
  const text = requestText({
    requestId: 'tool-0123456789ab-2-1',
    kind: 'tool',
    asked: 'may it?',
    choices: [{ choice: 'allow', meaning: 'do' }],
    call: { tool: 'mcp:mail/send', argumentsText },
    since: '2026-11-30T00:00:00Z',
    default: { decision: 'refuse', at: '2026-11-30T01:00:00Z' },
  });
  assert.ok(RequestId.safeParse('tool-0123456789ab-2-1').success);
  assert.match(text, / {2}\| mcp:mail\/send \{\n {2}\| {3}"to": "ann",\n/);
  assert.ok(!text.includes('\u001b'));
});
