/** Decides which files are text worth keeping, and says why the others are not. */
import { basename } from 'node:path/posix';

export const skipReasons = [
  'ignored',
  'binary',
  'too large',
  'minified or generated',
  'lock file',
  'vendored',
  'symbolic link',
  'submodule',
  'unsafe path',
  'missing from the repository',
] as const;
export type SkipReason = (typeof skipReasons)[number];

const vendorFolders = new Set(['node_modules', 'bower_components', 'vendor', 'third_party', 'third-party']);
/** `jquery-3.5.1.js`: nobody keeps the version in the name of a file of their own. */
const versionedScript = /[-.]\d+\.\d+(\.\d+)?(\.slim)?\.(js|css)$/;

/** Bytes; larger files are hardly ever source text. */
export const maxFileBytes = 1_000_000;

const lockFiles = new Set(
  (
    'package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock Cargo.lock poetry.lock ' +
    'uv.lock pdm.lock Pipfile.lock Gemfile.lock composer.lock go.sum flake.lock mix.lock pubspec.lock packages.lock.json ' +
    'gradle.lockfile Podfile.lock'
  ).split(' '),
);

/**
 * What the path alone tells; null keeps it. Paths come from repositories that nobody vouches for: one with a line
 * break could fake a header in a tool's result.
 */
export function skipByPath(path: string): SkipReason | null {
  const parts = path.split('/');
  const unsafe = parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (unsafe || path.length > 1024 || /[\u0000-\u001f\u007f\u2028\u2029\ufffd]/.test(path)) return 'unsafe path';
  if (parts.slice(0, -1).some((part) => vendorFolders.has(part)) || versionedScript.test(path)) return 'vendored';
  if (lockFiles.has(basename(path))) return 'lock file';
  return /\.min\.(js|mjs|cjs|css)$|\.map$|\.snap$/i.test(path) ? 'minified or generated' : null;
}

/** What a git entry's mode tells; null keeps it. */
export function skipByMode(mode: string): SkipReason | null {
  if (mode === '120000') return 'symbolic link';
  return mode === '160000' ? 'submodule' : null;
}

/** The text of a file, or why it has none. Bytes that are not UTF-8 become U+FFFD, a byte order mark is dropped. */
export function textOf(bytes: Uint8Array): { text: string } | { skip: SkipReason } {
  if (bytes.length > maxFileBytes) return { skip: 'too large' };
  if (bytes.includes(0)) return { skip: 'binary' };
  const text = new TextDecoder('utf-8').decode(bytes);
  return isMachineWritten(text) ? { skip: 'minified or generated' } : { text };
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

/** The lines of a text: `\n` ends a line, a `\r` before it belongs to the ending, an empty text has none. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Counts of what was left out, for people: `3 binary, 1 lock file`; empty when nothing was. */
export function describeSkipped(skipped: Partial<Record<SkipReason, number>>): string {
  return skipReasons.flatMap((reason) => (skipped[reason] ? [`${skipped[reason]} ${reason}`] : [])).join(', ');
}
