/** A snapshot's files with their text and what they define, in pages that fit into a message between threads. */
import type { SourceFile } from '../../contracts/evaluation/question-making.ts';
import type { FilePage } from '../worker-threads/thread-tasks.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';

const pageBytes = 2_000_000;

/** @param after how many files came before */
export function filePage(view: SnapshotView, after: number): FilePage {
  const definitions = view.store.prepare(
    'SELECT name, kind, line, last FROM definition WHERE file = ? ORDER BY line, name',
  );
  const files: SourceFile[] = [];
  let at = after;
  for (let bytes = 0; at < view.files.length && bytes < pageBytes; at += 1) {
    const file = view.files[at];
    if (file === undefined) break;
    bytes += file.bytes;
    const defined = definitions.all(file.id).map((row) => ({
      name: String(row.name),
      kind: String(row.kind),
      line: Number(row.line),
      last: Number(row.last),
    }));
    files.push({ path: file.path, class: file.class, text: view.textOf(file), definitions: defined });
  }
  return { files, next: at < view.files.length ? at : null };
}
