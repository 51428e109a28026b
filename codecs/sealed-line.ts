/** Lines of JSON of which only the fields that they are found by are in the clear. */
import { z } from 'zod';
import { EncryptedDataDamaged } from './failures.ts';
import type { Cipher } from './cipher.ts';

/** No line of ours begins so otherwise. */
const beginning = '{"sealed":"';
const SealedLine = z.looseObject({ sealed: z.base64() });

/** @param found fields that stay in the clear @returns the text itself where nothing is encrypted */
export function sealLine(text: string, found: Readonly<Record<string, unknown>>, cipher: Cipher): string {
  if (!cipher.isOn) return text;
  const sealed = Buffer.from(cipher.seal(Buffer.from(text, 'utf8'))).toString('base64');
  return JSON.stringify({ sealed, ...found });
}

/** Whether the line is one of `sealLine`. */
export function isSealedLine(line: string): boolean {
  return line.startsWith(beginning);
}

/** @throws EncryptionKeyUnknown, EncryptedDataDamaged */
export function openLine(line: string, cipher: Cipher): string {
  if (!isSealedLine(line)) return line;
  return Buffer.from(cipher.open(Buffer.from(fieldsOf(line).sealed, 'base64'))).toString('utf8');
}

/** The fields that are in the clear, and the encrypted rest as `sealed`. @throws EncryptedDataDamaged */
export function fieldsOf(line: string): z.infer<typeof SealedLine> {
  try {
    return SealedLine.parse(JSON.parse(line));
  } catch {
    throw new EncryptedDataDamaged('a line is not whole');
  }
}
