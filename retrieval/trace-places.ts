/** Recognises the places that stack traces and messages name: `lib/route.js:12:5`, `File "a.py", line 3`. */
import type { SnapshotView, ViewFile } from './snapshot-view.ts';

/** `line` is null where only the file is named. */
export type NamedPlace = { file: ViewFile; line: number | null };

const forms = [
  /File "(?<path>[^"\n]{1,300})", line (?<line>\d{1,7})/g,
  /(?<![\w@.+~/\\-])(?<path>[\w@.+~/\\-]{1,300}\.[A-Za-z][A-Za-z0-9]{0,9})(?:[:(](?<line>\d{1,7}))?/g,
];

/** Each file once, the first named line kept; at most 20. A path matches the file that shares its longest ending. */
export function namedPlaces(view: SnapshotView, query: string): NamedPlace[] {
  const found = new Map<string, NamedPlace>();
  for (const form of forms) {
    for (const { groups } of query.matchAll(form)) {
      const file = fileEndingLike(view, (groups?.path ?? '').replaceAll('\\', '/'));
      if (file === null || found.size >= 20) continue;
      const line = groups?.line === undefined ? null : Number(groups.line);
      const known = found.get(file.path);
      if (known === undefined || known.line === null) found.set(file.path, { file, line });
    }
  }
  return [...found.values()];
}

function fileEndingLike(view: SnapshotView, named: string): ViewFile | null {
  const parts = named.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  for (let from = 0; from < parts.length; from += 1) {
    const exact = view.byPath.get(parts.slice(from).join('/'));
    if (exact !== undefined) return exact;
  }
  // A name alone, or a path cut short at its front: taken when only one file ends so.
  const ending = `/${parts.join('/')}`;
  const candidates = view.files.filter((file) => file.path.endsWith(ending));
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}
