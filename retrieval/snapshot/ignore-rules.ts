/** Applies `.gitignore` and `.switchyardignore` files, each to the folder that holds it and all below. */
import ignore, { type Ignore } from 'ignore';

export const ignoreFileNames = ['.gitignore', '.switchyardignore'] as const;

export type IgnoreRules = {
  /** @param folder relative to the root, `''` for the root itself */
  add(folder: string, text: string): void;
  /** Deeper files win over shallower ones, as in git. A folder's path ends in `/`. */
  ignores(path: string): boolean;
};

export function createIgnoreRules(): IgnoreRules {
  const byFolder = new Map<string, Ignore>();
  return {
    add(folder, text) {
      const rules = byFolder.get(folder) ?? ignore();
      byFolder.set(folder, rules.add(text.split(/\r?\n/).filter(isCheap)));
    },
    ignores(path) {
      let ignored = false;
      for (const folder of foldersAbove(path)) {
        const rules = byFolder.get(folder);
        if (rules === undefined) continue;
        const verdict = rules.test(folder === '' ? path : path.slice(folder.length + 1));
        if (verdict.ignored) ignored = true;
        else if (verdict.unignored) ignored = false;
      }
      return ignored;
    },
  };
}

/**
 * A rule becomes a regular expression that tries each `*` against each of the others: with many of them, one long name
 * takes years. Such a rule is left out.
 */
function isCheap(rule: string): boolean {
  const stars = rule.split('/').map((part) => part.match(/\*+/g)?.length ?? 0);
  return stars.every((count) => count <= 3) && stars.reduce((sum, count) => sum + count, 0) <= 8;
}

/** The folder of a path, `''` at the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function foldersAbove(path: string): string[] {
  const folders = [''];
  for (let slash = path.indexOf('/'); slash > 0 && slash < path.length - 1; slash = path.indexOf('/', slash + 1)) {
    folders.push(path.slice(0, slash));
  }
  return folders;
}
