/**
 * Remembers what git said of a checkout, for as long as the files that its answer rests on hold the same bytes: an
 * opened repository is opened again without starting git, and so is a folder that is in none.
 *
 * 1. Nothing of git is done over: no file is understood, but for finding the next one to read.
 * 2. Contents are compared, never times: two commits within one tick of the clock are two.
 * 3. Some twenty small files are read without leaving the thread: that takes half a millisecond, and each on its own way
 *    through the thread pool ten times as long.
 * 4. What is not known for certain (a layout that is not known here, settings that include others) is asked anew.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { LruMap } from '../../lib/lru.ts';

const most = 100;
const longestChain = 5;

/** What git has said, and the git directory that it found; null where it may say something else without a change in it. */
type Said<Value> = { value: Value; gitDirectory: string | null };

export class KnownCheckouts<Value> {
  readonly #known = new LruMap<string, { state: string; value: Value }>(most);

  /** What git would say, as far as that is known without asking it; undefined: it is not. */
  held(folder: string, about: string): Value | undefined {
    const known = this.#known.get(keyOf(folder, about));
    return known === undefined || stateOf(folder)?.state !== known.state ? undefined : known.value;
  }

  /**
   * @param folder a real path
   * @param about what else the answer depends on
   * @param ask what git says; not called where it is known that it would say the same again
   */
  async answer(folder: string, about: string, ask: () => Promise<Said<Value>>): Promise<Value> {
    const key = keyOf(folder, about);
    const before = stateOf(folder);
    const known = this.#known.get(key);
    if (before !== null && known?.state === before.state) return known.value;
    this.#known.delete(key);
    const { value, gitDirectory } = await ask();
    if (before === null || before.gitDirectory !== gitDirectory) return value;
    const after = stateOf(folder);
    if (before.state === after?.state) this.#known.set(key, { state: before.state, value });
    return value;
  }
}

const keyOf = (folder: string, about: string): string => `${folder}\0${about}`;

/** `gitDirectory` is null where the folder is in no checkout. */
type State = { gitDirectory: string | null; state: string };

/** A hash of all that says where a folder's HEAD is and who may read it; null where that cannot be told. */
function stateOf(folder: string): State | null {
  const found = gitOf(folder);
  if (found === null) return mayBeBare(folder) ? null : { gitDirectory: null, state: 'in no checkout' };
  if (found === 'unknown') return null;
  const { gitDirectory, common } = found;
  const head = headOf(gitDirectory, common);
  if (head === null) return null;
  const settings = settingsOf(gitDirectory, common).map(textOf);
  if (settings.some((text) => text !== null && includesMore(text))) return null;
  const owners = [folder, found.top, gitDirectory, common].map(ownerOf);
  const hash = createHash('sha256');
  for (const text of [found.link, gitDirectory, common, ...head, ...settings, ...owners])
    hash.update(text === null ? '-' : `${Buffer.byteLength(text)} ${text}\0`);
  return { gitDirectory, state: hash.digest('hex') };
}

/** `[include]` and `[includeIf …]` name files that are not watched. */
function includesMore(config: string): boolean {
  return config.split('\n').some((line) => line.trimStart().slice(0, 8).toLowerCase() === '[include');
}

/** Whether a folder or one above it may be a bare repository, which has its HEAD beside its other files. */
function mayBeBare(folder: string): boolean {
  for (let top = folder; ; top = dirname(top)) {
    if (entryAt(join(top, 'HEAD')) !== 'missing') return true;
    if (top === dirname(top)) return false;
  }
}

/** Null where nothing can be said. */
function entryAt(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? 'missing';
  } catch {
    return null;
  }
}

/** The nearest `.git` above a folder: a folder, or a file that names one; null where there is none. */
function gitOf(folder: string) {
  for (let top = folder; ; top = dirname(top)) {
    const place = join(top, '.git');
    const entry = entryAt(place);
    if (entry === null) return 'unknown';
    if (entry !== 'missing') {
      const link = entry.isFile() ? textOf(place) : '';
      const named = /^gitdir: (.+)$/.exec((link ?? '').trimEnd())?.[1];
      if (!entry.isDirectory() && named === undefined) return 'unknown';
      const gitDirectory = named === undefined ? place : resolve(top, named);
      const common = textOf(join(gitDirectory, 'commondir'));
      return { top, link, gitDirectory, common: resolve(gitDirectory, common?.trim() ?? '.') };
    }
    if (top === dirname(top)) return null;
  }
}

/** HEAD and each ref that it leads to, as they stand; where the last is in no file of its own, the packed ones. */
function headOf(gitDirectory: string, common: string): (string | null)[] | null {
  const texts: (string | null)[] = [];
  let name = 'HEAD';
  for (let step = 0; step < longestChain; step += 1) {
    const places = [...new Set([join(gitDirectory, name), join(common, name)])];
    const found = places.map(textOf);
    texts.push(...found);
    const [own = null, shared = null] = found;
    const text = own ?? shared;
    if (text === null) return name === 'HEAD' ? null : [...texts, textOf(join(common, 'packed-refs'))];
    const next = /^ref: (refs\/.+)$/.exec(text.trimEnd())?.[1];
    if (next === undefined) return /^[0-9a-f]{40,64}\s*$/.test(text) ? texts : null;
    // `.invalid` stands in HEAD where refs are in another form.
    if (/(^|\/)\.|\.\./.test(next)) return null;
    name = next;
  }
  return null;
}

/** Of the repository, of the checkout, and the user's. */
function settingsOf(gitDirectory: string, common: string): string[] {
  const { GIT_CONFIG_GLOBAL, XDG_CONFIG_HOME, HOME = homedir() } = process.env;
  const own = [join(HOME, '.gitconfig'), join(XDG_CONFIG_HOME ?? join(HOME, '.config'), 'git/config')];
  const users = GIT_CONFIG_GLOBAL === undefined ? own : [GIT_CONFIG_GLOBAL];
  return [join(common, 'config'), join(gitDirectory, 'config.worktree'), ...users];
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}

function ownerOf(path: string): string {
  const { dev, ino, uid } = statSync(path);
  return `${dev} ${ino} ${uid}`;
}
