/**
 * What a path of a snapshot may be: one rule for what is indexed, for the paths that tools take and for citations, so
 * that whatever a search finds can also be read and cited.
 */

const maxPathCharacters = 1024;

/**
 * Why a path cannot be one of a snapshot, as the end of a sentence; null for one that can. Backslashes, quotes, colons
 * and other scripts are parts of names. Control characters are not: a line break could fake the header of a place in a
 * tool's result. Nor are names that are not UTF-8, which git and the file system give with U+FFFD in their place.
 */
export function pathProblem(path: string): string | null {
  if (path === '') return 'is empty';
  if (path.length > maxPathCharacters) return `has more than ${maxPathCharacters} characters`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(path)) return 'holds a control character or a line break';
  if (path.includes('\ufffd')) return 'is not UTF-8';
  if (path.startsWith('/')) return 'is not relative to the root of the snapshot';
  const parts = path.split('/');
  if (parts.includes('..')) return 'leaves the snapshot by ".."';
  if (parts.some((part) => part === '' || part === '.')) return 'has an empty part';
  return parts.some((part) => part.toLowerCase() === '.git') ? "is git's own" : null;
}
