/** Decides which files are text worth keeping, and says why the others are not. */
import { basename } from 'node:path/posix';
import { pathProblem } from '../reading/path-rule.ts';
import { isSecretName } from '../reading/secret-files.ts';

/** Those that a person may not expect come first. */
export const skipReasons = [
  'secret',
  'binary',
  'too large',
  'encoding not known, read in part',
  'Git LFS pointer',
  'submodule',
  'name not usable',
  'missing from the repository',
  'symbolic link',
  'minified or generated',
  'lock file',
  'vendored',
  'ignored',
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

/** What the path alone tells; null keeps it. */
export function skipByPath(path: string, withSecrets: boolean): SkipReason | null {
  if (pathProblem(path) !== null) return 'name not usable';
  const parts = path.split('/');
  if (parts.slice(0, -1).some((part) => vendorFolders.has(part)) || versionedScript.test(path)) return 'vendored';
  if (!withSecrets && isSecretName(path)) return 'secret';
  if (lockFiles.has(basename(path))) return 'lock file';
  return /\.min\.(js|mjs|cjs|css)$|\.map$|\.snap$/i.test(path) ? 'minified or generated' : null;
}

/** What a git entry's mode tells; null keeps it. */
export function skipByMode(mode: string): SkipReason | null {
  if (mode === '120000') return 'symbolic link';
  return mode === '160000' ? 'submodule' : null;
}

/** The lines of a text: `\n` ends a line, a `\r` before it belongs to the ending, an empty text has none. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.includes('\r\n') ? text.split(/\r?\n/) : text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
