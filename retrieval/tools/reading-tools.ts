/** Tools that look at the snapshot itself: lines of a file, the list of files, the history of a file. */
import { z } from 'zod';
import { fileAt, globTest, pathFilter, snapshotPath, ToolMisuse } from './path-filter.ts';
import { type Place, placeLines, renderNotes, renderPlaces, resultCharacters, type ToolRun } from './rendering.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import { countParameter, defineTool, pathParameter } from './tool-table.ts';

/** Lines of one reading: several places of 60. */
const maxReadLines = 240;
const maxPaths = 200;
const maxCommits = 50;

export const readLines = defineTool({
  description: `Shows up to ${maxReadLines} lines of one file. Use it to read around a place that a search or grep has found.`,
  kind: 'any',
  parameters: z.strictObject({
    path: z.string().min(1).max(1024).describe('The file, as search results name it.'),
    first_line: countParameter(10_000_000, '1 unless given.').optional(),
    last_line: countParameter(10_000_000, `${placeLines} lines unless given.`).optional(),
  }),
  run(view, { path, first_line: first = 1, last_line: asked }) {
    const wanted = asked ?? first + placeLines - 1;
    const file = fileAt(view, path);
    if (wanted < first) throw new ToolMisuse(`last_line ${wanted} is before first_line ${first}`);
    if (file.lines === 0) return renderPlaces(view, [], { notes: [`${file.path} is empty`], cut: false });
    if (first > file.lines)
      throw new ToolMisuse(`${file.path} has ${file.lines} lines, first_line ${first} is past its end`);
    const last = Math.min(wanted, file.lines, first + maxReadLines - 1);
    const places: Place[] = [];
    for (let at = first; at <= last; at += placeLines) {
      places.push({ file, firstLine: at, lastLine: Math.min(last, at + placeLines - 1) });
    }
    const more = file.lines - last;
    const cut = more > 0 && (asked === undefined || last < asked);
    const notes = cut ? [`${file.path} has ${more} more lines: read on with first_line ${last + 1}`] : [];
    return renderPlaces(view, places, { notes, cut });
  },
});

export const listFiles = defineTool({
  description: 'Lists the paths of files. Use it to learn the layout, or to find a file by its name.',
  kind: 'any',
  parameters: z.strictObject({
    path: pathParameter.optional(),
    pattern: z.string().min(1).max(200).describe('Part of a path, or a glob such as "*.test.js".').optional(),
  }),
  run(view, { path, pattern }) {
    const accepts = pathFilter(view, path);
    const matches = pattern === undefined ? () => true : patternTest(pattern);
    const paths = view.files.map((file) => file.path).filter((one) => accepts(one) && matches(one));
    const shown = withinRoom(paths);
    const notes = paths.length === 0 ? ['nothing found'] : [];
    if (shown.length < paths.length) {
      notes.push(`${paths.length - shown.length} more files, narrow with path:`, `folders: ${folderCounts(paths)}`);
    }
    return textRun([...shown, renderNotes(notes)], shown.length < paths.length);
  },
});

function patternTest(pattern: string): (path: string) => boolean {
  if (/[*?[{]/.test(pattern)) return globTest(pattern);
  const lower = pattern.toLowerCase();
  return (path) => path.toLowerCase().includes(lower);
}

function withinRoom(paths: readonly string[]): string[] {
  let room = resultCharacters - 1_000;
  return paths.slice(0, maxPaths).filter((path) => {
    room -= path.length + 1;
    return room >= 0;
  });
}

/** The folders below what the paths have in common, with how many files each holds. */
function folderCounts(paths: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = path.split('/').slice(0, -1).slice(0, 2).join('/') || '.';
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const largest = [...counts].sort((one, other) => other[1] - one[1]).slice(0, 12);
  return largest.map(([folder, count]) => `${folder}/ (${count})`).join(', ');
}

export const gitLog = defineTool({
  description:
    'Lists the commits that changed a file or folder, newest first. Use it to learn when and why something changed.',
  kind: 'any',
  parameters: z.strictObject({
    path: z.string().min(1).max(1024).describe('The file or folder.'),
    limit: countParameter(maxCommits, `Commits to show, at most ${maxCommits}; 20 unless given.`).optional(),
  }),
  run(view, { path, limit = 20 }) {
    if (view.snapshot.kind === 'folder') {
      return textRun([renderNotes(['this snapshot is a plain folder: it has no history'])], false);
    }
    const wanted = snapshotPath(path);
    const rows = commitsOf(view, wanted, limit + 1);
    if (rows.length === 0 && !view.byPath.has(wanted)) pathFilter(view, path);
    const shown = rows.slice(0, limit);
    const notes = shown.length === 0 ? ['nothing found in the last 1,000 commits'] : [];
    if (rows.length > limit) notes.push('older commits changed it too, raise limit');
    return textRun([...shown, renderNotes(notes)], rows.length > limit);
  },
});

function commitsOf(view: SnapshotView, path: string, limit: number): string[] {
  return view.store
    .prepare(`
      SELECT DISTINCT history.position, oid, date, author, subject FROM commit_path
      JOIN history ON history.snapshot = commit_path.snapshot AND history.position = commit_path.position
      WHERE commit_path.snapshot = ?1 AND (?2 = '' OR path = ?2 OR (path > ?2 || '/' AND path < ?2 || '0'))
      ORDER BY history.position LIMIT ?3`)
    .all(view.number, path, limit)
    .map(({ oid, date, author, subject }) =>
      `${String(oid).slice(0, 10)} ${date} ${author}: ${String(subject).slice(0, 200)}`.replace(
        /[\p{Cc}\u2028\u2029]/gu,
        ' ',
      ),
    );
}

function textRun(lines: readonly string[], cut: boolean): ToolRun {
  return { status: 'ok', text: lines.filter((line) => line !== '').join('\n'), cut, evidence: [] };
}
