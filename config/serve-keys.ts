/** The keys of those who may use `switchyard serve`: `NAME:KEY`, in a setting or in a file. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { z } from 'zod';
import { messageOf, systemErrorCode } from '../lib/errors.ts';
import { ownerOnly } from '../lib/fs.ts';
import { decodeText } from '../lib/text-file.ts';
import type { Kind } from './setting-values.ts';

export type ServeKey = { name: string; key: string };

const setting = 'SWITCHYARD_SERVE_KEYS';
/** The name is also that of a tenant; the key is what a header takes. */
const entry = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9._~+/=-]{20,200})$/;

/** What an entry must be, to end a sentence. */
export const serveKeyRule = 'NAME:KEY, the key of 20 to 200 letters, digits and ._~+/=-';

/** @returns null where one of them is none, or two have one name or one key */
export function parseServeKeys(entries: readonly string[]): ServeKey[] | null {
  const keys = entries.flatMap((text) => {
    const [, name, key] = entry.exec(text.trim()) ?? [];
    return name === undefined || key === undefined ? [] : [{ name, key }];
  });
  const distinct = (field: keyof ServeKey) => new Set(keys.map((key) => key[field])).size === keys.length;
  return keys.length === entries.length && keys.length > 0 && distinct('name') && distinct('key') ? keys : null;
}

/** Those who may use `switchyard serve`, or the file that has them. */
export const serveKeys: Kind<{ file: string } | { keys: ServeKey[] }> = [
  `${serveKeyRule}, with commas between several, or the absolute path of a file that has one a line`,
  z.string().transform((text, context) => {
    if (isAbsolute(text)) return { file: text };
    const keys = parseServeKeys(text.split(','));
    if (keys !== null) return { keys };
    context.addIssue('no keys');
    return z.NEVER;
  }),
];

/** One a line, with empty lines and those that begin with `#`. What is wrong names the line, never what stands there. */
export function readServeKeyFile(path: string): { keys: ServeKey[]; mistakes: string[] } {
  const wrong = (what: string) => ({ keys: [], mistakes: [`${setting}: ${path}: ${what}`] });
  try {
    // Of Windows, where the bits mean nothing, there is nothing to ask.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
      return wrong(`others may read it: chmod 600 ${path}`);
    const lines = decodeText(readFileSync(path)).split(/\r?\n/);
    const at = lines.findIndex((line) => !isEmpty(line) && parseServeKeys([line]) === null);
    if (at !== -1) return wrong(`line ${at + 1}: expected ${serveKeyRule}`);
    const keys = parseServeKeys(lines.filter((line) => !isEmpty(line)));
    return keys === null
      ? wrong('holds no key, or one of a name or a key that stands there twice')
      : { keys, mistakes: [] };
  } catch (error) {
    return wrong(systemErrorCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error));
  }
}

const isEmpty = (line: string): boolean => line.trim() === '' || line.startsWith('#');

/**
 * The key of a data directory where no setting names one: made once, and kept in a file that only its owner may read.
 * @returns `isNew`: it is to be shown, this once; `mistakes`: why the file that is there cannot be used
 */
export function ownServeKey(path: string): { keys: ServeKey[]; isNew: boolean; mistakes: string[] } {
  const key = { name: 'local', key: `sy-${randomBytes(32).toString('base64url')}` };
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, `${key.name}:${key.key}\n`, { mode: ownerOnly, flag: 'wx' });
    return { keys: [key], isNew: true, mistakes: [] };
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    return { ...readServeKeyFile(path), isNew: false };
  }
}
