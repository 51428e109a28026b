import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { constants, zstdCompressSync } from 'node:zlib';
import { journalFileName } from '../../contracts/model/journal-key.ts';
import { createFileJournal } from '../../models/journal.ts';
import { fullMarkOf, replyKind, requestHash } from '../../models/journal-entry.ts';
import { question } from './chat-scene.ts';
import { entryKey as key, reply } from './journal-entries.ts';

const asked = (changes: Parameters<typeof question>[0] = {}) => ({ ...question(changes), model: 'm' });

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

test('a run has one file, smaller than what it holds; run ids lead to no other place', async (t) => {
  const path = await folder(t);
  const journal = createFileJournal(path);
  for (const callKey of ['1', '2', '3'])
    await journal.write({ ...key, callKey }, reply('the same words again '.repeat(500)));
  const [name] = await readdir(path);
  assert.deepEqual(await readdir(path), [name]);
  assert.ok((await stat(join(path, String(name)))).size < 3000, 'compressed');
  const odd = { ...key, runId: '../../etc/x' };
  await journal.write(odd, reply('odd'));
  assert.equal((await journal.read(odd))?.text, 'odd');
  assert.equal((await readdir(path)).length, 2);
});

test('a short reply takes less than a third of its entry', async (t) => {
  const path = await folder(t);
  await createFileJournal(path).write(key, reply('code'));
  const [entry] = await createFileJournal(path).entriesOf(key);
  const [name] = await readdir(path);
  const kept = (await stat(join(path, String(name)))).size;
  assert.ok(kept < JSON.stringify(entry).length / 3, `${kept} of ${JSON.stringify(entry).length}`);
});

test('line feeds within an entry, and whatever else its bytes are, do not end it', async (t) => {
  const path = await folder(t);
  const journal = createFileJournal(path);
  const texts = Array.from({ length: 300 }, (_, at) => `${at} ${'\\n\n\r\\\u2028'.repeat(at % 7)}`);
  for (const [at, text] of texts.entries()) await journal.write({ ...key, callKey: `${at}` }, reply(text));
  const entries = await journal.ofRun(replyKind, key);
  assert.deepEqual(
    entries.map(({ value }) => value.text),
    texts,
  );
});

test('an entry of a version before is read: in base64, compressed by itself', async (t) => {
  const path = await folder(t);
  const before = { version: 2, key, atMs: 1_796_045_290_995, kind: 'reply', value: reply('paid before') };
  const checksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
  const packed = zstdCompressSync(JSON.stringify(before), checksum).toString('base64');
  await mkdir(path, { recursive: true });
  await writeFile(join(path, journalFileName(key.runId)), `\n${fullMarkOf('reply', key).slice(0, 16)} ${packed}\n`);
  assert.equal((await createFileJournal(path).read(key))?.text, 'paid before');
});

/** A file of one entry as it was written when the dictionary came: one that changes would not read it. */
const writtenThen =
  'CmVjM2U4N2U2ZDgyZjAxZGI6KLUv/WTbAI0DALQCdy8xcjdhNTY4MzU3MjFrZXB0IGJ5IDEuMC4wYWdyZXg1XW0xbnVsbH19fRYAOUQDdojy+hCFe4g3qPJiWoCveAH2uwE0QoOYwYqgoaAMcF9s2Mrw9VAoL1qAADS2N3dBnHRixcx2zUf4mo1Z6wgg1gdD+Ao=';

test('an entry is read with the dictionary that it was written with', async (t) => {
  const path = await folder(t);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, journalFileName(key.runId)), Buffer.from(writtenThen, 'base64'));
  assert.equal((await createFileJournal(path).read(key))?.text, 'kept by 1.0.0');
});

test('what a kill cuts short is no entry, wherever the cut is, and hides none: the next append goes on after it', async (t) => {
  const path = await folder(t);
  const journal = createFileJournal(path);
  const [first, second, third] = [key, { ...key, callKey: '8' }, { ...key, callKey: '9' }];
  await journal.write(first, reply('first'));
  const [name] = await readdir(path);
  const file = join(path, String(name));
  const whole = (await stat(file)).size;
  await journal.write(second, reply('second'));
  const both = await readFile(file, 'latin1');
  const end = both.length - 1;
  for (let cut = whole; cut < end; cut += 7) {
    await writeFile(file, both, 'latin1');
    await truncate(file, cut);
    assert.equal(await journal.read(second), null, `cut after ${cut} bytes`);
    await journal.write(third, reply('third'));
    assert.deepEqual(
      [(await journal.read(first))?.text, await journal.read(second), (await journal.read(third))?.text],
      ['first', null, 'third'],
    );
  }
});

test('an entry that is damaged, in another run’s file, or no entry at all reads as nothing and can be written over', async (t) => {
  const path = await folder(t);
  const journal = createFileJournal(path);
  await journal.write({ ...key, runId: 'other' }, reply('of another run'));
  const [otherName] = await readdir(path);
  const misplaced = await readFile(join(path, String(otherName)), 'latin1');
  await journal.write(key, reply('paid'));
  const file = join(path, String((await readdir(path)).find((name) => name !== otherName)));
  const whole = await readFile(file, 'latin1');
  const mark = whole.trim().slice(0, 16);
  const damaged = (at: number) => whole.slice(0, at) + (whole[at] === 'A' ? 'B' : 'A') + whole.slice(at + 1);
  const texts = [
    '',
    'null',
    `\n${mark}\n`,
    `\n${mark} eA==\n`,
    `\n${mark}:\\\n`,
    misplaced,
    misplaced.replace(/[^\n:]+/, mark),
  ];
  for (const text of [...texts, ...[40, 80, 120, whole.length - 10].map(damaged)]) {
    await writeFile(file, text, 'latin1');
    assert.equal(await journal.read(key), null, text.slice(0, 60));
  }
  await journal.write(key, reply('again'));
  assert.equal((await journal.read(key))?.text, 'again');
  await appendFile(file, `${mark}:half of a later`);
  assert.equal((await journal.read(key))?.text, 'again', 'the last whole one stands');
});

test('two processes that append to one run’s file lose no entry, and one that is killed takes none with it', async (t) => {
  const path = await folder(t);
  const program = join(import.meta.dirname, 'journal-in-child.ts');
  const written: string[] = [];
  const count = 60;
  const children = ['a', 'b', 'killed'].map((prefix) => {
    const child = fork(program, [path, prefix, String(count)]);
    child.on('message', (message: { written?: string }) => {
      if (message.written !== undefined) written.push(message.written);
      if (message.written === 'killed20') child.kill('SIGKILL');
    });
    return child;
  });
  await Promise.all(children.map((child) => once(child, 'message')));
  const ended = Promise.all(children.map((child) => once(child, 'exit')));
  for (const child of children) child.send('go');
  await ended;
  assert.ok(written.length > 2 * count + 20, `${written.length} were written`);
  const journal = createFileJournal(path);
  for (const callKey of written)
    assert.equal((await journal.read({ ...key, callKey }))?.text, callKey.repeat(2000), callKey);
  assert.equal((await readdir(path)).length, 1);
});

test('entries are for the owner’s eyes', async (t) => {
  const path = await folder(t);
  await createFileJournal(path).write(key, reply('private code'));
  const [name] = await readdir(path);
  assert.equal((await stat(join(path, String(name)))).mode & 0o077, 0);
  assert.equal((await stat(path)).mode & 0o077, 0);
});

test('pruning removes what no open run can be so old to need, files of the format before too, and no other file', async (t) => {
  const path = await folder(t);
  const journal = createFileJournal(path);
  assert.equal(await journal.prune(), 0, 'no folder yet');
  const old = { ...key, runId: 'old' };
  await journal.write(old, reply('old'));
  const gone = [...(await readdir(path)), `${'0'.repeat(64)}.json`, `${'0'.repeat(64)}.json.0a.tmp`];
  await journal.write(key, reply('fresh'));
  const known = (await readdir(path)).filter((name) => !gone.includes(name));
  for (const name of [...gone.slice(1), 'notes.json']) await writeFile(join(path, name), 'x');
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
  for (const name of [...gone, 'notes.json']) await utimes(join(path, name), ago(92), ago(92));
  for (const name of known) await utimes(join(path, name), ago(90), ago(90));
  assert.equal(await journal.prune(), 3);
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
