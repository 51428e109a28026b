/**
 * Encrypts what is kept on disks and sent to Temporal: AES-256-GCM, with the id of the key in the clear so that keys can be
 * rotated. The first key encrypts, all of them decrypt.
 *
 *     magic (4) | version (1) | flags (1) | length of the id (1) | id | nonce (12) | ciphertext | tag (16)
 *
 * Everything before the nonce is authenticated, too. Bit 0 of the flags: the content was compressed with zstd first.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { EncryptedDataDamaged, EncryptionKeyUnknown } from './failures.ts';

export type EncryptionKey = { id: string; bytes: Uint8Array };

export type Encryption = {
  /** The first encrypts; none: nothing is encrypted. */
  keys: readonly EncryptionKey[];
  /** Payloads to Temporal are compressed. */
  compression: boolean;
};

/** Nothing is encrypted, nothing compressed. */
export const noEncryption: Encryption = { keys: [], compression: false };

export type Cipher = {
  /** False: nothing is encrypted, and `seal` gives back what it is given. */
  isOn: boolean;
  /** @param isPacked the content is compressed already */
  seal(content: Uint8Array, isPacked?: boolean): Uint8Array;
  /**
   * What was stored before encryption was turned on is given back as it is.
   * @throws EncryptionKeyUnknown, EncryptedDataDamaged
   */
  open(stored: Uint8Array): Uint8Array;
};

const magic = Buffer.from([0x93, 0x53, 0x57, 0x45]);
const version = 1;
const compressed = 1;
const [nonceBytes, tagBytes] = [12, 16];
const fixedBytes = magic.length + 3;
/** What is shorter hardly shrinks. */
const leastToCompress = 300;
/** More than any store of ours keeps in one piece. */
const mostBytes = 512_000_000;

/** @param keys none: a cipher that is off, and says which key is missing where it meets encrypted content */
export function createCipher(keys: readonly EncryptionKey[]): Cipher {
  const [first] = keys;
  const byId = new Map(keys.map(({ id, bytes }) => [id, bytes]));
  return {
    isOn: first !== undefined,
    seal: (content, isPacked = false) => (first === undefined ? content : encrypted(content, first, isPacked)),
    open: (stored) => (isSealed(stored) ? decrypted(stored, byId) : stored),
  };
}

/** For those who keep nothing secret. */
export const noCipher: Cipher = createCipher([]);

/** Whether the bytes are encrypted content; neither text, nor JSON, nor a compressed file begins so. */
export function isSealed(stored: Uint8Array): boolean {
  return stored.length > fixedBytes && magic.every((byte, at) => stored[at] === byte);
}

/** The id of the key that the content was encrypted with; null for what is not encrypted. */
export function keyIdOf(stored: Uint8Array): string | null {
  if (!isSealed(stored)) return null;
  return Buffer.from(stored.subarray(fixedBytes, fixedBytes + (stored[fixedBytes - 1] ?? 0))).toString('utf8');
}

function encrypted(content: Uint8Array, { id, bytes }: EncryptionKey, isPacked: boolean): Buffer {
  const packed = isPacked || content.length < leastToCompress ? null : zstdCompressSync(content);
  const isSmaller = packed !== null && packed.length < content.length;
  const name = Buffer.from(id, 'utf8');
  const head = Buffer.concat([magic, Buffer.from([version, isSmaller ? compressed : 0, name.length]), name]);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(head);
  const parts = [cipher.update(isSmaller ? packed : content), cipher.final()];
  return Buffer.concat([head, nonce, ...parts, cipher.getAuthTag()]);
}

function decrypted(stored: Uint8Array, keys: ReadonlyMap<string, Uint8Array>): Buffer {
  const [madeBy, flags = 0, idBytes = 0] = stored.subarray(magic.length, fixedBytes);
  const [headEnd, nonceEnd] = [fixedBytes + idBytes, fixedBytes + idBytes + nonceBytes];
  if (madeBy !== version) throw new EncryptedDataDamaged(`it is of version ${madeBy}, and this one knows ${version}`);
  if (stored.length < nonceEnd + tagBytes) throw new EncryptedDataDamaged('it is cut short');
  const id = keyIdOf(stored) ?? '';
  const key = keys.get(id);
  if (key === undefined) throw new EncryptionKeyUnknown(id);
  const decipher = createDecipheriv('aes-256-gcm', key, stored.subarray(headEnd, nonceEnd), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(stored.subarray(0, headEnd)).setAuthTag(stored.subarray(-tagBytes));
  try {
    const content = Buffer.concat([decipher.update(stored.subarray(nonceEnd, -tagBytes)), decipher.final()]);
    return (flags & compressed) === 0 ? content : zstdDecompressSync(content, { maxOutputLength: mostBytes });
  } catch {
    throw new EncryptedDataDamaged(`the key "${id}" does not open it`);
  }
}
