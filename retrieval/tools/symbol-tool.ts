/** Finds where a name is defined. */
import { z } from 'zod';
import { pathFilter } from './path-filter.ts';
import { type Place, renderPlaces } from './rendering.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import { defineTool, pathParameter } from './tool-table.ts';

const maxPlaces = 8;
const maxRows = 500;

export const findSymbol = defineTool({
  description:
    'Shows where a function, class, method, type, constant or heading is defined. Use it when you know its name, or a ' +
    'part of it.',
  kind: 'code',
  parameters: z.strictObject({
    name: z.string().trim().min(1).max(200).describe('E.g. "buildRouting" or "Reply.send".'),
    path: pathParameter.optional(),
  }),
  run(view, { name, path }) {
    const accepts = pathFilter(view, path);
    const found = definitionsOf(view, name).filter(({ file }) => accepts(file.path));
    const places = found.slice(0, maxPlaces);
    const more = found.length - places.length;
    const notes = found.length === 0 ? ['nothing found: try search_code, or grep for uses of the name'] : [];
    if (more > 0) notes.push(`${more}${found.length >= maxRows ? ' or more' : ''} more definitions, narrow with path:`);
    return renderPlaces(view, places, { notes, cut: more > 0 });
  },
});

/** Of `Reply.prototype.send` and `Reply::send` the last part is what is defined somewhere. */
function definitionsOf(view: SnapshotView, name: string): Place[] {
  const last =
    name.split(/\.|::|#|->|\(/).filter((part) => part.trim() !== '')[0] === undefined ? name : lastPart(name);
  const names = last === name ? [name] : [name, last];
  for (const wanted of names) {
    const lower = wanted.toLowerCase();
    const exact = rowsOf(view, `lower = ?`, lower).sort(byFit(wanted));
    if (exact.length > 0) return exact;
  }
  const part = `%${last.toLowerCase().replace(/[%_\\]/g, '\\$&')}%`;
  return last.length < 3 ? [] : rowsOf(view, `lower LIKE ? ESCAPE '\\'`, part).sort(byFit(last));
}

function lastPart(name: string): string {
  const parts = name
    .replace(/\(.*$/s, '')
    .split(/\.|::|#|->/)
    .filter((part) => part.trim() !== '');
  return parts.at(-1)?.trim() ?? name;
}

function rowsOf(view: SnapshotView, condition: string, value: string): Place[] {
  return view.store
    .prepare(`
      SELECT definition.file, line, last, name, kind FROM definition
      JOIN snapshot_file ON snapshot_file.file = definition.file AND snapshot_file.snapshot = ?
      WHERE ${condition} ORDER BY length(name), definition.file, line LIMIT ${maxRows}`)
    .all(view.number, value)
    .flatMap((row): Place[] => {
      const file = view.byId.get(Number(row.file));
      const symbol = { kind: String(row.kind), name: String(row.name) };
      return file === undefined ? [] : [{ file, firstLine: Number(row.line), lastLine: shownTo(row), symbol }];
    });
}

/** A long definition shows its beginning; read_lines has the rest. */
function shownTo(row: Record<string, unknown>): number {
  return Math.min(Number(row.last), Number(row.line) + 39);
}

/** Code before tests before docs, the exact spelling before another case, short names before long ones. */
function byFit(name: string): (one: Place, other: Place) => number {
  const classes = ['code', 'test', 'docs', 'sample', 'config', 'generated'];
  const rank = ({ file, symbol }: Place) =>
    classes.indexOf(file.class) * 2 + (symbol?.name === name ? 0 : 1) + (symbol?.kind === 'heading' ? 4 : 0);
  return (one, other) =>
    rank(one) - rank(other) ||
    (one.symbol?.name.length ?? 0) - (other.symbol?.name.length ?? 0) ||
    (one.file.path < other.file.path ? -1 : one.file.path > other.file.path ? 1 : one.firstLine - other.firstLine);
}
