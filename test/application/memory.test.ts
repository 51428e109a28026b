/** Notes on repositories: kept only on request, within bounds, encrypted where keys are configured. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { forget, listNotes, notesForRun, remember } from '../../application/memory/notes.ts';
import { withNotes } from '../../application/memory/with-notes.ts';
import { isSealed } from '../../codecs/cipher.ts';
import type { QuestionInput } from '../../contracts/run.ts';
import { notesAtMost } from '../../contracts/threads/note.ts';

function scene(t: TestContext, keys: { id: string; bytes: Uint8Array }[] = []) {
  const root = mkdtempSync(join(tmpdir(), 'switchyard-memory-'));
  t.after(() => rmSync(root, { recursive: true }));
  const folder = (name: string) => {
    const path = join(root, name);
    mkdirSync(path);
    return { kind: 'path', path } as const;
  };
  const settings = { dataDirectory: join(root, 'home'), encryption: { file: null, keys, compression: false } };
  const files = () => {
    const memory = join(settings.dataDirectory, 'memory');
    return readdirSync(memory, { recursive: true, encoding: 'utf8' })
      .map((name) => join(memory, name))
      .filter((path) => statSync(path).isFile());
  };
  return { settings, folder, files };
}

test('a note is kept for its repository alone, with author, commit and expiry, until it is forgotten', async (t) => {
  const { settings, folder, files } = scene(t);
  const [one, other] = [folder('one'), folder('other')];
  const git = (...args: string[]) => execFileSync('git', ['-C', one.path, ...args], { encoding: 'utf8' }).trim();
  git('init', '--quiet');
  git('-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '--quiet', '--allow-empty', '--message', 'first');
  const kept = await remember(settings, one, ' hooks are\nin lib/hooks.js ', { author: 'Ada', days: 2 });
  assert.equal(kept.text, 'hooks are in lib/hooks.js');
  assert.deepEqual([kept.author, kept.commit], ['Ada', git('rev-parse', 'HEAD')]);
  assert.equal(Date.parse(kept.expires) - Date.parse(kept.at), 2 * 86_400_000);
  assert.deepEqual(await listNotes(settings, one), [kept]);
  assert.deepEqual(await listNotes(settings, other), []);
  assert.deepEqual(await listNotes(settings, null), [kept]);
  const { expires: _, repository: __, ...given } = kept;
  assert.deepEqual(await notesForRun(settings, one), [given]);
  for (const file of files()) assert.equal(statSync(file).mode & 0o077, 0);
  assert.equal(await forget(settings, kept.id), true);
  assert.equal(await forget(settings, kept.id), false);
  assert.equal(await forget(settings, '../../x'), false);
  assert.deepEqual(files(), []);
});

test('two clones of one repository share its notes', async (t) => {
  const { settings, folder } = scene(t);
  const clones = ['one', 'two'].map((name) => {
    const clone = folder(name);
    execFileSync('git', ['-C', clone.path, 'init', '--quiet']);
    execFileSync('git', ['-C', clone.path, 'remote', 'add', 'origin', 'https://example.org/a/b.git']);
    execFileSync('git', [
      '-C',
      clone.path,
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@t',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'x',
    ]);
    return clone;
  });
  const [one, two] = clones;
  assert.ok(one && two);
  await remember(settings, one, 'the guide is in docs/');
  assert.equal((await listNotes(settings, two)).length, 1);
  assert.equal((await listNotes(settings, { kind: 'url', url: 'https://example.org/a/b.git' })).length, 1);
});

test('notes are bounded: in length, in number, in what a run is given; many at once are all kept', async (t) => {
  const { settings, folder, files } = scene(t);
  const one = folder('one');
  await assert.rejects(remember(settings, one, ' \n '), { code: 'InvalidInput' });
  await assert.rejects(remember(settings, one, 'x'.repeat(notesAtMost.characters + 1)), { code: 'InvalidInput' });
  await Promise.all(Array.from({ length: 8 }, (_, at) => remember(settings, one, `note ${at}`)));
  assert.equal((await listNotes(settings, one)).length, 8);
  const [file = ''] = files();
  for (let at = 8; at < notesAtMost.ofRepository; at += 1) cpSync(file, join(file, '..', `copy-${at}.note`));
  assert.equal((await listNotes(settings, one)).length, notesAtMost.ofRepository);
  await assert.rejects(remember(settings, one, 'one more'), /forget some/);
  assert.equal((await notesForRun(settings, one)).length, notesAtMost.ofRun);
});

test('what has expired, or is no note, is given to nobody; the former is removed', async (t) => {
  const { settings, folder, files } = scene(t);
  const one = folder('one');
  await remember(settings, one, 'old', { days: -1 });
  const [file = ''] = files();
  writeFileSync(join(file, '..', 'strange.note'), 'not JSON');
  assert.deepEqual(await listNotes(settings, one), []);
  assert.deepEqual(
    files().map((path) => path.replace(/.*\//, '')),
    ['strange.note'],
  );
});

test('with keys a note is encrypted, and without the key nothing is guessed', async (t) => {
  const keys = [{ id: 'k1', bytes: new Uint8Array(32).fill(7) }];
  const { settings, folder, files } = scene(t, keys);
  const one = folder('one');
  await remember(settings, one, 'secret place');
  for (const file of files()) assert.ok(isSealed(readFileSync(file)));
  assert.equal((await listNotes(settings, one))[0]?.text, 'secret place');
  const without = { ...settings, encryption: { ...settings.encryption, keys: [] } };
  await assert.rejects(listNotes(without, one), /k1/);
});

test('a question is given notes where there are any and they are wanted', async (t) => {
  const { settings, folder } = scene(t);
  const repository = folder('one');
  const input = { question: 'Q?', repository } as QuestionInput;
  assert.equal(await withNotes(settings, input, true), input);
  await remember(settings, repository, 'look in lib/');
  assert.equal((await withNotes(settings, input, true)).notes?.[0]?.text, 'look in lib/');
  assert.equal(await withNotes(settings, input, false), input);
});
