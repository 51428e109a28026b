/**
 * What people have told Switchyard to remember of repositories: a file for each note, encrypted where keys are configured.
 *
 * 1. A note is there as a whole or not at all, and nobody's note is lost to another who writes at the same time.
 * 2. Nothing is remembered but what a person has asked to be.
 * 3. A note that has expired is neither shown nor given to anybody, and its file goes when somebody looks.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createCipher } from '../../codecs/cipher.ts';
import { isUnreadable } from '../../codecs/failures.ts';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import { notesAtMost, type RepositoryNote, StoredNote } from '../../contracts/threads/note.ts';
import { inFolder, replaceFile } from '../../lib/fs.ts';
import { printableLine } from '../../lib/printable.ts';
import { InvalidInput } from '../errors.ts';
import { identityOf } from './repository-identity.ts';

export type NoteOptions = { author?: string; days?: number };

type Settings = Pick<Config, 'dataDirectory' | 'encryption'>;

const dayMs = 86_400_000;
const defaultDays = 180;
const noteFile = /^([a-z0-9-]{1,40})\.note$/;

/** @throws InvalidInput for a text that is empty or too long, and where there are too many */
export async function remember(
  settings: Settings,
  ref: RepositoryRef,
  text: string,
  { author = userName(), days = defaultDays }: NoteOptions = {},
): Promise<StoredNote> {
  const line = printableLine(text);
  if (line === '') throw new InvalidInput('text', 'there is nothing to remember: switchyard memory remember "…"');
  if (line.length > notesAtMost.characters)
    throw new InvalidInput('text', `a note may have ${notesAtMost.characters} characters, not ${line.length}`);
  const { key, name, commit } = await identityOf(ref, settings.dataDirectory);
  const there = await notesOf(settings, key);
  if (there.length >= notesAtMost.ofRepository)
    throw new InvalidInput(
      'text',
      `there are ${there.length} notes on ${name}: forget some with "switchyard memory forget"`,
    );
  const now = Date.now();
  const note: StoredNote = {
    id: `${now.toString(36)}-${randomBytes(3).toString('hex')}`,
    text: line,
    author: printableLine(author).slice(0, 100),
    commit,
    at: new Date(now).toISOString(),
    expires: new Date(now + days * dayMs).toISOString(),
    repository: name.slice(0, 300),
  };
  const folder = folderOf(settings, key);
  const sealed = createCipher(settings.encryption.keys).seal(Buffer.from(JSON.stringify(note)));
  await inFolder(folder, () => replaceFile(join(folder, `${note.id}.note`), sealed, { flush: true }));
  return note;
}

/** @returns those on a repository, or on all; the newest first */
export async function listNotes(settings: Settings, ref: RepositoryRef | null): Promise<StoredNote[]> {
  const root = rootOf(settings);
  if (!existsSync(root)) return [];
  const keys = ref === null ? await readdir(root) : [(await identityOf(ref, settings.dataDirectory)).key];
  const notes = (await Promise.all(keys.map((key) => notesOf(settings, key)))).flat();
  return notes.toSorted((one, other) => (one.at < other.at ? 1 : -1));
}

/** @returns whether there was such a note */
export async function forget(settings: Settings, id: string): Promise<boolean> {
  const root = rootOf(settings);
  if (!noteFile.test(`${id}.note`) || !existsSync(root)) return false;
  const files = (await readdir(root)).map((key) => join(root, key, `${id}.note`)).filter((file) => existsSync(file));
  await Promise.all(files.map((file) => rm(file, { force: true })));
  return files.length > 0;
}

/** What a run on that repository is given: its newest notes. */
export async function notesForRun(settings: Settings, ref: RepositoryRef): Promise<RepositoryNote[]> {
  const notes = await listNotes(settings, ref);
  return notes
    .slice(0, notesAtMost.ofRun)
    .map(({ id, text, author, commit, at }) => ({ id, text, author, commit, at }));
}

async function notesOf(settings: Settings, key: string): Promise<StoredNote[]> {
  const folder = folderOf(settings, key);
  const names = await readdir(folder).catch(() => []);
  const cipher = createCipher(settings.encryption.keys);
  const read = names
    .filter((name) => noteFile.test(name))
    .map(async (name) => {
      const file = join(folder, name);
      const note = await readNote(file, cipher);
      if (note === null || Date.parse(note.expires) > Date.now()) return note;
      await rm(file, { force: true });
      return null;
    });
  return (await Promise.all(read)).filter((note) => note !== null);
}

/** Null for what is no note, or was forgotten meanwhile. @throws where the key is missing that it was encrypted with */
async function readNote(file: string, cipher: ReturnType<typeof createCipher>): Promise<StoredNote | null> {
  try {
    return StoredNote.parse(JSON.parse(Buffer.from(cipher.open(await readFile(file))).toString('utf8')));
  } catch (error) {
    if (isUnreadable(error)) throw error;
    return null;
  }
}

const rootOf = ({ dataDirectory }: Settings): string => dataPaths(dataDirectory).memory;
const folderOf = (settings: Settings, key: string): string => join(rootOf(settings), key);

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
