/** Numbers as base64 of half-precision floats: three significant digits are enough for weights, and a pipeline carries them. */

export function encodeHalves(values: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(values.length * 2));
  for (const [at, value] of values.entries()) bytes.setFloat16(at * 2, value, true);
  return Buffer.from(bytes.buffer).toString('base64');
}

export function decodeHalves(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.byteLength >> 1 }, (_, at) => view.getFloat16(at * 2, true));
}
