/** A file is replaced as a whole: by several writers at a time, after a failure, after a kill. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceFile, replaceFileLocked } from '../../lib/fs.ts';

function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-fs-'));
  return {
    file: join(folder, 'state.json'),
    names: () => readdirSync(folder).sort(),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

test('writers at the same time leave one of their contents, whole, and nothing else', async () => {
  using place = scene();
  const contents = Array.from({ length: 20 }, (_, at) => String(at).repeat(100_000));
  await Promise.all(contents.map((content) => replaceFile(place.file, content)));
  assert.ok(contents.includes(readFileSync(place.file, 'utf8')));
  assert.deepEqual(place.names(), ['state.json']);
});

test('the mode is that of the new file, and bytes may be flushed', async () => {
  using place = scene();
  writeFileSync(place.file, 'old', { mode: 0o644 });
  await replaceFile(place.file, Buffer.from('new'), { mode: 0o600, flush: true });
  assert.equal(statSync(place.file).mode & 0o777, 0o600);
  assert.equal(readFileSync(place.file, 'utf8'), 'new');
});

test('a failure leaves the old file and no remains', async () => {
  using place = scene();
  mkdirSync(place.file);
  await assert.rejects(replaceFile(place.file, 'text'), /EISDIR|ENOTEMPTY|EEXIST/);
  assert.deepEqual(place.names(), ['state.json']);
  rmSync(place.file, { recursive: true });

  writeFileSync(place.file, 'old');
  const failing = (temporary: string) => {
    writeFileSync(temporary, 'half');
    throw new Error('no space left');
  };
  assert.throws(() => replaceFileLocked(place.file, failing), /no space left/);
  assert.equal(readFileSync(place.file, 'utf8'), 'old');
  assert.deepEqual(place.names(), ['state.json']);
});

test('what a kill left is written over', () => {
  using place = scene();
  writeFileSync(`${place.file}.new`, 'a long text that was not finished');
  replaceFileLocked(place.file, (temporary) => writeFileSync(temporary, 'new'));
  assert.equal(readFileSync(place.file, 'utf8'), 'new');
  assert.deepEqual(place.names(), ['state.json']);
});
