/** Reads the file of SWITCHYARD_ENCRYPTION_KEYS: one `ID KEY` a line, the key 32 bytes in base64. */
import { readFileSync, statSync } from 'node:fs';
import type { EncryptionKey } from '../codecs/cipher.ts';
import { messageOf, systemErrorCode } from '../lib/errors.ts';
import { decodeText } from '../lib/text-file.ts';

const setting = 'SWITCHYARD_ENCRYPTION_KEYS';
const keyBytes = 32;
const keyText = /^[A-Za-z0-9+/]{43}=?$/;

/** What an id looks like: it stands in file headers and in the metadata of payloads, in the clear. */
export const keyId = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * The keys in the order of their lines, or what is wrong: each mistake one line that names the setting, the file and the
 * line, never what stands there.
 */
export function readKeyFile(path: string): { keys: EncryptionKey[]; mistakes: string[] } {
  const wrong = (what: string) => ({ keys: [], mistakes: [`${setting}: ${path}: ${what}`] });
  let text: string;
  try {
    // Of Windows, where the bits mean nothing, there is nothing to ask.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
      return wrong(`others may read it: chmod 600 ${path}`);
    text = decodeText(readFileSync(path));
  } catch (error) {
    const code = systemErrorCode(error);
    return wrong(code === 'ENOENT' ? 'there is no such file: "switchyard keys new" makes one' : messageOf(error));
  }
  const keys: EncryptionKey[] = [];
  const mistakes: string[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [id = '', key = '', ...more] = line.trim().split(/\s+/);
    const bytes = Buffer.from(keyText.test(key) ? key : '', 'base64');
    const place = `${setting}: ${path}:${at + 1}`;
    if (!keyId.test(id) || more.length > 0) mistakes.push(`${place}: expected an id and a key of 32 bytes in base64`);
    else if (bytes.length !== keyBytes) mistakes.push(`${place}: the key "${id}" is not of 32 bytes in base64`);
    else if (keys.some((other) => other.id === id)) mistakes.push(`${place}: the id "${id}" stands there twice`);
    else keys.push({ id, bytes });
  }
  if (keys.length === 0 && mistakes.length === 0) return wrong('holds no key: "switchyard keys new" adds one');
  return { keys, mistakes };
}
