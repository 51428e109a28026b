/** Turns a file's bytes into text: UTF-8, UTF-16, the Western single-byte encodings and the Japanese ones. */

/** `plain`: valid UTF-8; `whole`: decoded otherwise; `part`: what is not ASCII could not be read and is U+FFFD. */
export type Decoded = { text: string; read: 'plain' | 'whole' | 'part' };

const controls = new Set([...Array(32).keys(), 127].filter((code) => ![9, 10, 11, 12, 13, 27].includes(code)));

/** Null for what is binary: it has NUL bytes that no UTF-16 explains, or other control characters in number. */
export function decode(bytes: Uint8Array): Decoded | null {
  const wide = utf16Of(bytes);
  if (wide !== null) return decodeWide(bytes, wide);
  if (bytes.includes(0)) return null;
  const utf8 = tryDecode('utf-8', bytes);
  if (utf8 !== null) return { text: utf8, read: 'plain' };
  if (bytes.reduce((sum, byte) => sum + (controls.has(byte) ? 1 : 0), 0) > bytes.length / 50) return null;
  const broken = new TextDecoder('utf-8').decode(bytes);
  const other = isMostlyUtf8(broken) ? null : (japanese(bytes) ?? western(bytes));
  return other === null ? { text: broken, read: 'part' } : { text: other, read: 'whole' };
}

/** UTF-8 in which a few characters are damaged: in other encodings, what is valid UTF-8 is so by chance. */
function isMostlyUtf8(broken: string): boolean {
  const damaged = broken.match(/\ufffd/g)?.length ?? 0;
  const sound = broken.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0;
  return sound > damaged;
}

function tryDecode(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

type Wide = 'utf-16le' | 'utf-16be';

/** By its byte order mark, or, without one, where nearly every other byte is NUL and the rest is ASCII text. */
function utf16Of(bytes: Uint8Array): Wide | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? null : 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (bytes.length < 16 || bytes.length % 2 !== 0 || !bytes.includes(0)) return null;
  if (isAsciiWide(bytes, 0)) return 'utf-16le';
  return isAsciiWide(bytes, 1) ? 'utf-16be' : null;
}

/** @param low where the low byte of each pair stands */
function isAsciiWide(bytes: Uint8Array, low: 0 | 1): boolean {
  let ascii = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    const [value = 0, high = 0] = [bytes[at + low], bytes[at + 1 - low]];
    if (high !== 0) continue;
    if (value === 0 || controls.has(value)) return false;
    if (value < 127) ascii += 1;
  }
  return ascii >= bytes.length * 0.475;
}

function decodeWide(bytes: Uint8Array, encoding: Wide): Decoded | null {
  const text = new TextDecoder(encoding).decode(bytes);
  const odd = text.match(/[^\P{Cc}\t\n\v\f\r]|[\ufffd\uffff]/gu)?.length ?? 0;
  return text.includes('\0') || odd > text.length / 50 ? null : { text, read: 'whole' };
}

/** Kana tell Japanese from everything else that happens to be valid. */
function japanese(bytes: Uint8Array): string | null {
  for (const encoding of ['shift_jis', 'euc-jp']) {
    const text = tryDecode(encoding, bytes);
    if (text === null) continue;
    const kana = text.match(/[\u3041-\u30fe]/g)?.length ?? 0;
    const others = text.match(/[^\p{ASCII}\u3041-\u30fe]/gu)?.length ?? 0;
    if (kana >= 2 && kana * 4 >= others) return text;
  }
  return null;
}

/**
 * Windows-1252, of which Latin-1 text is a part. Its letters beyond ASCII stand alone or in pairs; in encodings of other
 * scripts they fill whole words.
 */
function western(bytes: Uint8Array): string | null {
  let [high, inRuns, run] = [0, 0, 0];
  for (const byte of bytes) {
    // What Windows-1252 has no character for.
    if (byte === 0x81 || byte === 0x8d || byte === 0x8f || byte === 0x90 || byte === 0x9d) return null;
    run = byte < 0x80 ? 0 : run + 1;
    if (run > 0) high += 1;
    if (run === 3) inRuns += 3;
    else if (run > 3) inRuns += 1;
  }
  return inRuns * 4 > high ? null : new TextDecoder('windows-1252').decode(bytes);
}
