import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode } from '../../../retrieval/reading/encodings.ts';
import { gitRepository, never, openPath, runTool, scratchFolder, scratchRetrieval } from '../scratch.ts';

const encoded = (text: string, encoding: string) =>
  execFileSync('iconv', ['-f', 'UTF-8', '-t', encoding], { input: text });
const marked = (mark: number[], bytes: Buffer) => Buffer.concat([Buffer.from(mark), bytes]);

const greeter = 'public class Greeter {\r\n  // Grüße\r\n  string Greet() { return "hi"; }\r\n}\r\n';
const western = '# Straße und Café\ndef naïve():\n    return "Größe"\n';
const japanese = '# 設定を読み込みます。\nint timeout = 30; // 秒です\n';

test('UTF-16, Western and Japanese text is searched, read and cited with its own lines and characters', async (t) => {
  const folder = scratchFolder(t);
  const checkout = gitRepository(join(folder, 'encodings'), {
    'Little.cs': marked([0xff, 0xfe], encoded(greeter, 'UTF-16LE')),
    'Big.cs': marked([0xfe, 0xff], encoded(greeter.replace('Greeter', 'BigGreeter'), 'UTF-16BE')),
    'latin.py': encoded(western, 'ISO-8859-1'),
    'japanese.c': encoded(japanese, 'SHIFT_JIS'),
    'euc.c': encoded(japanese, 'EUC-JP'),
  });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, checkout);
  assert.deepEqual(snapshot.leftOut, []);
  const read = async (path: string) => (await runTool(retrieval, snapshot, 'read_lines', { path })).text;
  assert.equal(
    await read('Little.cs'),
    '@@ Little.cs:1-4\n1| public class Greeter {\n2|   // Grüße\n3|   string Greet() { return "hi"; }\n4| }',
  );
  assert.match(await read('Big.cs'), /1\| public class BigGreeter \{\n2\| {3}\/\/ Grüße/);
  assert.match(await read('latin.py'), /1\| # Straße und Café\n2\| def naïve\(\):\n3\| {5}return "Größe"/);
  for (const path of ['japanese.c', 'euc.c'])
    assert.match(await read(path), /1\| # 設定を読み込みます。\n2\| int timeout/);
  const [found] = await retrieval.search(snapshot, { query: 'BigGreeter', kind: 'code', limit: 1 }, never);
  assert.equal(found?.path, 'Big.cs');
  const citations = [
    { path: 'Little.cs', firstLine: 3, lastLine: 3, quote: 'string Greet() { return "hi"; }' },
    { path: 'latin.py', firstLine: 3, lastLine: 3, quote: 'return "Größe"' },
  ];
  const checked = await retrieval.checkCitations(snapshot, citations, never);
  assert.deepEqual(
    checked.map(({ status, firstLine }) => [status, firstLine]),
    [
      ['verified', 3],
      ['verified', 3],
    ],
  );
});

test('what is no text stays binary, and what cannot be told is read as far as it is ASCII', () => {
  const random = Buffer.from(Array.from({ length: 4_000 }, (_, at) => (at * 7_919 + ((at * at) % 251)) % 256));
  const pictures = Buffer.from('89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61', 'hex');
  const audio = Buffer.from(Int16Array.from({ length: 400 }, (_, at) => Math.round(90 * Math.sin(at))).buffer);
  for (const bytes of [random, pictures, audio, marked([0xff, 0xfe], random), Buffer.from([0x61, 0, 0x62])])
    assert.equal(decode(bytes), null);
  assert.equal(
    decode(encoded(greeter.repeat(3).replaceAll('ü', 'u'), 'UTF-16LE'))?.text.includes('class Greeter'),
    true,
  );
  const chinese = decode(encoded('超时设置在这里读取，单位是秒。timeout_seconds = 30\n'.repeat(3), 'GBK'));
  assert.equal(chinese?.read, 'part');
  assert.match(chinese?.text ?? '', /timeout_seconds = 30/);
  const damaged = decode(Buffer.concat([Buffer.from('Größe, Maß, Übung\n'), Buffer.from([0xff, 0x0a])]));
  assert.deepEqual([damaged?.text, damaged?.read], ['Größe, Maß, Übung\n\ufffd\n', 'part']);
});
