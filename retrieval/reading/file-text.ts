/** Decides what a file's text is, or why it has none, and under which key a store keeps it. */
import { createHash } from 'node:crypto';
import { maxFileBytes, type SkipReason } from '../snapshot/text-files.ts';
import { decode } from './encodings.ts';
import { isNotebook, notebookText } from './notebook.ts';
import { holdsKey, holdsToken, tokenRule } from './secret-files.ts';

/** Raised when the same bytes give another text, or another set of files: a part of every snapshot's id. */
export const readingVersion = 2;

/** Notebooks are large by their pictures, which are not kept. */
const maxNotebookBytes = 20_000_000;

export function maxBytesOf(path: string): number {
  return isNotebook(path) ? maxNotebookBytes : maxFileBytes;
}

/**
 * `skip` says why there is no text, or, beside a text, what of the file is not in it.
 * `plain`: the text is the bytes as UTF-8, or there is none for a reason that lies in all readings of the bytes.
 */
export type FileText = { text: string | null; skip: SkipReason | null; plain: boolean };

export function readFileText(path: string, bytes: Uint8Array, withSecrets: boolean): FileText {
  const none = (skip: SkipReason, plain: boolean): FileText => ({ text: null, skip, plain });
  if (bytes.length > maxBytesOf(path)) return none('too large', true);
  const decoded = decode(bytes);
  if (decoded === null) return none('binary', true);
  const notebook = isNotebook(path) ? notebookText(withoutMark(decoded.text)) : null;
  const text = notebook ?? decoded.text;
  if (text.length > maxFileBytes) return none('too large', false);
  const pointer = pointerSize(text);
  if (pointer !== null)
    return {
      text: `Git LFS pointer: the content (${pointer} bytes) is not here\n`,
      skip: 'Git LFS pointer',
      plain: false,
    };
  if (!withSecrets && (holdsKey(text) || holdsToken(path, text))) return none('secret', false);
  const plain = decoded.read === 'plain' && notebook === null;
  if (isMachineWritten(text)) return none('minified or generated', plain);
  return { text, skip: decoded.read === 'part' ? 'encoding not known, read in part' : null, plain };
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function pointerSize(text: string): string | null {
  if (text.length > 1_024 || !text.startsWith('version https://git-lfs.github.com/spec/')) return null;
  return /^oid sha256:[0-9a-f]{64}$/m.test(text) ? (/^size (\d{1,15})$/m.exec(text)?.[1] ?? null) : null;
}

/** Lines of 400 characters on average, or one of 50,000, are not written by hand. */
function isMachineWritten(text: string): boolean {
  let lines = 0;
  let longest = 0;
  for (let start = 0; start < text.length; lines += 1) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    longest = Math.max(longest, stop - start);
    start = stop + 1;
  }
  return longest > 50_000 || (text.length > 5_000 && text.length / lines > 400);
}

// Keys of stored text. Most files are read as they are and have git's own id; what is read otherwise has an id of its own,
// so that snapshots of several versions, and with and without secrets, share one store.

type Form = 'decoded' | 'notebook' | `token ${string}` | 'with secrets';

function keyOf(form: Form, blob: string): string {
  return createHash('sha256').update(`switchyard ${readingVersion} ${form}\0${blob}`).digest('hex');
}

/** The keys under which a blob's text may be, for a path; one of them has it if any has. */
export function keysOf(path: string, blob: string): string[] {
  if (isNotebook(path)) return [keyOf('notebook', blob)];
  const rule = tokenRule(path);
  return rule === null ? [blob, keyOf('decoded', blob)] : [keyOf(`token ${rule}`, blob)];
}

export function keyOfText(path: string, blob: string, read: FileText): string {
  const keys = keysOf(path, blob);
  return (read.plain ? keys[0] : keys.at(-1)) ?? blob;
}

/** For the text of what would be left out as a secret. */
export function secretKey(blob: string): string {
  return keyOf('with secrets', blob);
}
