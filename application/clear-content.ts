/** Reads what this data directory has encrypted, with the keys of the settings; these are looked at only where something is. */
import { type Cipher, createCipher, isSealed } from '../codecs/cipher.ts';
import { isSealedLine, openLine } from '../codecs/sealed-line.ts';
import { readSettings } from './read-settings.ts';

/** @throws EncryptionKeyUnknown, EncryptedDataDamaged; UsageError where the settings are wrong */
export function clearBytes(bytes: Uint8Array): Uint8Array {
  return isSealed(bytes) ? createCipher(readSettings().encryption.keys).open(bytes) : bytes;
}

/** @returns what gives back a line as it was before it was encrypted; it throws as `clearBytes` does */
export function lineOpener(): (line: string) => string {
  let cipher: Cipher | null = null;
  return (line) => {
    if (!isSealedLine(line)) return line;
    cipher ??= createCipher(readSettings().encryption.keys);
    return openLine(line, cipher);
  };
}
