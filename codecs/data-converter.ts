/** What workers and clients give to Temporal's SDK, where payloads are encrypted or compressed. */
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { createCipher, type Encryption } from './cipher.ts';
import { compressionCodec, encryptionCodec } from './payload-codec.ts';
import { moduleFile } from '../lib/own-files.ts';

/** Messages and stack traces of failures are payloads too, then: bundled into workflow code as well. */
export const failureConverterPath = moduleFile('codecs/failure-converter');

/** Whether failures are encrypted, which the bundle of the workflows must know. */
export function encodesFailures({ keys }: Encryption): boolean {
  return keys.length > 0;
}

/** Empty where nothing is to be done: the SDK's own converter then runs alone. To be spread into the SDK's options. */
export function dataConverterOf(encryption: Encryption): { dataConverter?: DataConverter } {
  const payloadCodecs = codecsOf(encryption);
  if (payloadCodecs.length === 0) return {};
  return { dataConverter: { payloadCodecs, ...(encodesFailures(encryption) ? { failureConverterPath } : {}) } };
}

/** In the order in which the SDK encodes with them. */
export function codecsOf({ keys, compression }: Encryption): PayloadCodec[] {
  if (keys.length === 0) return compression ? [compressionCodec] : [];
  // The cipher compresses on its own; what was compressed before there were keys stays readable.
  const readsCompressed: PayloadCodec = { encode: async (all) => all, decode: compressionCodec.decode };
  return [readsCompressed, encryptionCodec(createCipher(keys))];
}
