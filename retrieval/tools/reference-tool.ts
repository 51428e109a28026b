/** Finds where a name is used: by name alone, from the references that the index holds. */
import { z } from 'zod';
import { pathFilter } from './path-filter.ts';
import { type Place, placesAround, renderPlaces } from './rendering.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';
import { defineTool, pathParameter } from './tool-table.ts';

const maxFiles = 200;
/** Files that are read for the lines; the rest is counted. */
const shownFiles = 12;
const linesPerFile = 5;

export const findReferences = defineTool({
  description:
    'Finds where a function, class or type is called, constructed, imported or named as a type, by name only. Use it to ' +
    'see who uses something.',
  kind: 'code',
  parameters: z.strictObject({
    name: z.string().trim().min(1).max(200).describe('As the code spells it, e.g. "buildRouting".'),
    path: pathParameter.optional(),
  }),
  run(view, { name, path }) {
    const accepts = pathFilter(view, path);
    const last =
      name
        .replace(/\(.*$/s, '')
        .split(/\.|::|#|->/)
        .at(-1)
        ?.trim() ?? name;
    const using = filesUsing(view, last).filter((file) => accepts(file.path));
    const places = using.slice(0, shownFiles).flatMap((file) => usesIn(view, file, last));
    const more = using.length - shownFiles;
    const notes = using.length === 0 ? ['nothing found: try find_symbol, or grep for the text of the name'] : [];
    if (more > 0)
      notes.push(`${more}${using.length >= maxFiles ? ' or more' : ''} more files use it, narrow with path:`);
    return renderPlaces(view, places, { notes, cut: more > 0 });
  },
});

/** Code before tests, the most uses first. */
function filesUsing(view: SnapshotView, name: string): ViewFile[] {
  const rows = view.store
    .prepare(`
      SELECT reference.file, sum(count) AS uses FROM reference
      JOIN snapshot_file ON snapshot_file.file = reference.file AND snapshot_file.snapshot = ?
      WHERE name = ? GROUP BY reference.file ORDER BY uses DESC, reference.file LIMIT ${maxFiles}`)
    .all(view.number, name);
  const files = rows.flatMap(({ file }) => view.byId.get(Number(file)) ?? []);
  return [...files.filter((file) => file.class !== 'test'), ...files.filter((file) => file.class === 'test')];
}

/** A line of context on both sides. */
function usesIn(view: SnapshotView, file: ViewFile, name: string): Place[] {
  const whole = new RegExp(`(?<![\\w$])${name.replace(/[^\w]/g, '\\$&')}(?![\\w$])`);
  const lines = view.linesOf(file).flatMap((line, at) => (whole.test(line) ? [at + 1] : []));
  return placesAround(file, lines.slice(0, linesPerFile));
}
