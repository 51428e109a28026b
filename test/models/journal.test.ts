import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ChatReply } from '../../contracts/chat.ts';
import type { JournalKey } from '../../contracts/agent-calls.ts';
import { createFileJournal, requestHash } from '../../models/journal.ts';
import { question } from './chat-scene.ts';

const asked = (changes: Parameters<typeof question>[0] = {}) => ({ ...question(changes), model: 'm' });
const key: JournalKey = {
  workflowId: 'w/1',
  runId: 'r',
  callKey: '7',
  requestHash: requestHash(asked(), 'http://a/v1'),
};

function reply(text: string): ChatReply {
  return {
    text,
    toolCalls: [{ id: 'a', name: 'grep', argumentsText: '{' }],
    finishReason: 'stop',
    logprobs: [{ token: 'x', logprob: -0.5, top: [] }],
    model: 'm',
    usage: { modelCalls: 1, inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0, costUsd: null },
  };
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'switchyard-journal-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return join(path, 'journal');
}

test('a reply is found again under its key, by another journal over the same folder', async (t) => {
  const path = await folder(t);
  assert.equal(await createFileJournal(path).read(key), null, 'nothing before the write, not even a folder');
  await createFileJournal(path).write(key, reply('paid'));
  assert.deepEqual(await createFileJournal(path).read(key), reply('paid'));
});

test('an entry is found under exactly its key', async (t) => {
  const journal = createFileJournal(await folder(t));
  await journal.write(key, reply('paid'));
  const others = { workflowId: 'w/2', runId: 's', callKey: '8', requestHash: 'f'.repeat(64) };
  for (const [part, value] of Object.entries(others))
    assert.equal(await journal.read({ ...key, [part]: value }), null, part);
  const joined = { ...key, workflowId: 'w/1r', runId: '' };
  assert.equal(await journal.read(joined), null, 'parts that join to the same text are another key');
});

test('a torn, foreign or misplaced file reads as nothing and can be written over', async (t) => {
  const path = await folder(t);
  const journal = createFileJournal(path);
  await journal.write({ ...key, runId: 'other' }, reply('of another run'));
  const [otherName] = await readdir(path);
  const misplaced = await readFile(join(path, String(otherName)), 'utf8');
  await journal.write(key, reply('paid'));
  const name = (await readdir(path)).find((file) => file !== otherName);
  const file = join(path, String(name));
  const whole = await readFile(file, 'utf8');
  for (const text of [
    '',
    whole.slice(0, whole.length / 2),
    'null',
    '{"version":1}',
    whole.replace('"version":1', '"version":2'),
    misplaced,
  ]) {
    await writeFile(file, text);
    assert.equal(await journal.read(key), null, text.slice(0, 40));
  }
  await journal.write(key, reply('again'));
  assert.equal((await journal.read(key))?.text, 'again');
});

test('writes side by side leave one whole entry and nothing else', async (t) => {
  const path = await folder(t);
  const journal = createFileJournal(path);
  const texts = Array.from({ length: 20 }, (_, at) => `${at} `.repeat(20_000));
  const reads: Promise<ChatReply | null>[] = [];
  await Promise.all(
    texts.map(async (text) => {
      await journal.write(key, reply(text));
      reads.push(journal.read(key));
    }),
  );
  assert.equal(reads.length, 20);
  for (const read of await Promise.all(reads))
    assert.ok(read !== null && texts.includes(read.text), 'never torn, never gone');
  assert.equal((await readdir(path)).length, 1);
});

test('entries are for the owner’s eyes', async (t) => {
  const path = await folder(t);
  await createFileJournal(path).write(key, reply('private code'));
  const [name] = await readdir(path);
  assert.equal((await stat(join(path, String(name)))).mode & 0o077, 0);
  assert.equal((await stat(path)).mode & 0o077, 0);
});

test('pruning removes entries that no open run can be so old to need, and leftovers of killed writes, and no other file', async (t) => {
  const path = await folder(t);
  const journal = createFileJournal(path);
  assert.equal(await journal.prune(), 0, 'no folder yet');
  await journal.write(key, reply('fresh'));
  const old = { ...key, callKey: 'old' };
  const known = new Set(await readdir(path));
  await journal.write(old, reply('old'));
  const oldName = String((await readdir(path)).find((name) => !known.has(name)));
  await writeFile(join(path, `${oldName}.0a.tmp`), 'half');
  await writeFile(join(path, 'notes.json'), 'not ours');
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
  for (const name of [oldName, `${oldName}.0a.tmp`, 'notes.json']) await utimes(join(path, name), ago(92), ago(92));
  for (const name of known) await utimes(join(path, name), ago(90), ago(90));
  assert.equal(await journal.prune(), 2);
  assert.equal((await journal.read(key))?.text, 'fresh');
  assert.equal(await journal.read(old), null);
  assert.ok((await readdir(path)).includes('notes.json'));
});

test('a request’s hash does not depend on the order of its keys, but on everything else', () => {
  const hash = (request: ReturnType<typeof asked>, endpoint = 'http://a/v1') => requestHash(request, endpoint);
  const request = asked({ tools: [{ name: 'a', description: 'b', parameters: { x: 1, y: [1, 2] } }] });
  const turned = Object.fromEntries(Object.entries(request).reverse()) as typeof request;
  assert.equal(hash(turned), hash(request));
  assert.match(hash(request), /^[0-9a-f]{64}$/);
  assert.notEqual(hash(request, 'http://b/v1'), hash(request));
  const others = [
    { ...request, temperature: 0.5 },
    { ...request, model: 'other' },
    { ...request, messages: [...request.messages, ...request.messages] },
    { ...request, tools: [{ name: 'a', description: 'b', parameters: { x: 1, y: [2, 1] } }] },
  ];
  for (const other of others) assert.notEqual(hash(other), hash(request));
});
