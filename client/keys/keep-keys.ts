/** `switchyard keys`: makes keys, shows their ids, and reads files that are encrypted with them. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { keyId, readKeyFile } from '../../config/key-file.ts';
import { UsageError } from '../../lib/errors.ts';
import { ownerOnly, replaceFile } from '../../lib/fs.ts';
import { exitCodes } from '../exit-codes.ts';
import { clearBytes, lineOpener } from '../../application/clear-content.ts';
import { unreadable } from '../input/lines-of-file.ts';
import { readSettings } from '../../application/read-settings.ts';
import { expectWritable, note, print, printJson, writeResult } from '../terminal/output.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type NewKeyOptions = { id?: string; last: boolean };

/** The key goes into the file alone. @throws UsageError for a file with mistakes, and for an id that it has already */
export async function makeKey(file: string, { id, last }: NewKeyOptions): Promise<number> {
  const path = resolve(file);
  const lines = existsSync(path) ? linesOf(path, await readFile(path, 'utf8')) : [];
  const ids = new Set(lines.map((line) => line.split(/\s/, 1)[0]));
  const name = id ?? freeId(ids);
  if (!keyId.test(name)) throw new UsageError('--id: up to 64 letters, digits, dots, dashes and underscores');
  if (ids.has(name)) throw new UsageError(`${path} has a key "${name}" already: an id stands for one key for ever`);
  const line = `${name} ${randomBytes(32).toString('base64')}`;
  const all = last ? [...lines, line] : [line, ...lines];
  await replaceFile(path, `${all.join('\n')}\n`, { mode: ownerOnly, flush: true });
  const first =
    last && lines.length > 0 ? 'decrypts; move its line to the top, and it encrypts' : 'encrypts from now on';
  print(`the key "${name}" is in ${path}: it ${first}`);
  note(`keep a copy of the file: without it nothing that is encrypted can be read. SWITCHYARD_ENCRYPTION_KEYS=${path}`);
  return exitCodes.worked;
}

function linesOf(path: string, text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const { mistakes } = readKeyFile(path);
  if (mistakes.length > 0 && lines.length > 0) throw new UsageError(mistakes.join('; '));
  return lines;
}

function freeId(ids: ReadonlySet<string | undefined>): string {
  const day = new Date().toISOString().slice(0, 10);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? day : `${day}.${number}`;
    if (!ids.has(name)) return name;
  }
}

/** @param file the one of the settings unless given @throws UsageError where there is none, or one with mistakes */
export function listKeys(file: string | undefined, json: boolean): number {
  const path = file === undefined ? readSettings().encryption.file : resolve(file);
  if (path === null) throw new UsageError('SWITCHYARD_ENCRYPTION_KEYS is not set: name a file');
  const { keys, mistakes } = readKeyFile(path);
  if (mistakes.length > 0) throw new UsageError(mistakes.join('; '));
  const rows = keys.map(({ id }, at) => ({ id, encrypts: at === 0 }));
  if (json) printJson({ file: path, keys: rows } satisfies Printed<'keys list'>);
  else for (const { id, encrypts } of rows) print(`${id}  ${encrypts ? 'encrypts and decrypts' : 'decrypts'}`);
  return exitCodes.worked;
}

/**
 * Writes a file of the data directory in the clear, unpacked: a report, a trace, a history, a log.
 * @throws UsageError for a file that cannot be read; EncryptionKeyUnknown, EncryptedDataDamaged
 */
export async function decryptFile(file: string, output: string | undefined): Promise<number> {
  await expectWritable(output);
  const stored = await readFile(file).catch((error: unknown) => {
    throw unreadable(error, file);
  });
  const content = unpacked(clearBytes(stored));
  const open = lineOpener();
  const text = Buffer.from(content).toString('utf8').split('\n').map(open).join('\n');
  if (output === undefined) process.stdout.write(text);
  else await writeResult(output, text);
  return exitCodes.worked;
}

/** By the first bytes of zstd and gzip. */
function unpacked(bytes: Uint8Array): Uint8Array {
  const first = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  if (first === '28b52ffd') return zstdDecompressSync(bytes);
  return first.startsWith('1f8b') ? gunzipSync(bytes) : bytes;
}
