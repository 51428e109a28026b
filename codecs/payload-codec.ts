/** The codecs between Temporal's payloads and the wire: compression, then encryption. */
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type Cipher, keyIdOf } from './cipher.ts';

const wire = proto.temporal.api.common.v1.Payload;

/** `encoding` in a payload's metadata: the first is the name that Temporal's own samples use. */
export const encodings = { encrypted: 'binary/encrypted', compressed: 'binary/zstd' } as const;
const keyIdField = 'encryption-key-id';

/** A payload whose `encoding` is this one. */
function isOf({ metadata }: Payload, encoding: string): boolean {
  const found = metadata?.encoding;
  return found !== undefined && Buffer.from(found).toString('utf8') === encoding;
}

/** Each payload as one encrypted blob; payloads that are not encrypted are read as they are. */
export function encryptionCodec(cipher: Cipher): PayloadCodec {
  const encode = (payload: Payload): Payload => {
    if (isOf(payload, encodings.encrypted)) return payload;
    const data = cipher.seal(bytesOf(payload));
    const metadata = { encoding: utf8(encodings.encrypted), [keyIdField]: utf8(keyIdOf(data) ?? '') };
    return { metadata, data };
  };
  const decode = (payload: Payload): Payload =>
    isOf(payload, encodings.encrypted) ? payloadOf(cipher.open(payload.data ?? new Uint8Array())) : payload;
  return {
    encode: async (payloads) => payloads.map(encode),
    decode: async (payloads) => payloads.map(decode),
  };
}

/** What is shorter hardly shrinks. */
const leastToCompress = 300;
/** A payload of 4 MB is more than any server takes. */
const mostBytes = 64_000_000;
const level = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** Payloads that become smaller by it are compressed. */
export const compressionCodec: PayloadCodec = {
  encode: async (payloads) =>
    payloads.map((payload) => {
      if ((payload.data?.length ?? 0) < leastToCompress || isOf(payload, encodings.encrypted)) return payload;
      const bytes = bytesOf(payload);
      const data = zstdCompressSync(bytes, level);
      return data.length < bytes.length ? { metadata: { encoding: utf8(encodings.compressed) }, data } : payload;
    }),
  decode: async (payloads) =>
    payloads.map((payload) =>
      isOf(payload, encodings.compressed)
        ? payloadOf(zstdDecompressSync(payload.data ?? new Uint8Array(), { maxOutputLength: mostBytes }))
        : payload,
    ),
};

function bytesOf(payload: Payload): Uint8Array {
  return wire.encode(payload).finish();
}

/** Plain: what protobuf decodes has its defaults in a prototype. */
function payloadOf(bytes: Uint8Array): Payload {
  const { metadata, data } = wire.decode(bytes);
  return { metadata, data };
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
