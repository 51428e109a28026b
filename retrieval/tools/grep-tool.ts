/** Searches the snapshot's lines by a regular expression; runs in a thread that is killed after its deadline. */
import { z } from 'zod';
import { textFilter } from './grep-filter.ts';
import { pathFilter, ToolMisuse } from './path-filter.ts';
import { type Place, placesAround, renderPlaces } from './rendering.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';
import { linesOf } from '../snapshot/text-files.ts';
import { defineTool, pathParameter } from './tool-table.ts';
import { messageOf } from '../../lib/errors.ts';

const maxMatches = 50;
/** Counting stops here. */
const maxCounted = 5_000;
const maxPerFile = 10;

export const grep = defineTool({
  description:
    'Finds lines by a JavaScript regular expression. Use it for exact strings, error messages, names, configuration keys. ' +
    'Escape special characters with a backslash.',
  kind: 'any',
  parameters: z.strictObject({
    pattern: z.string().min(1).max(500).describe('Tried on one line at a time.'),
    path: pathParameter.optional(),
    ignore_case: z.boolean().optional(),
  }),
  run(view, { pattern, path, ignore_case: ignoreCase = false }) {
    const accepts = pathFilter(view, path);
    const line = compile(pattern, ignoreCase ? 'i' : '');
    const mayMatch = textFilter(pattern, ignoreCase);
    const files = view.files.filter((file) => accepts(file.path));
    const { places, counted, shown } = findMatches(view, byClass(files), line, mayMatch);
    const more = counted - shown;
    const notes = counted === 0 ? ['nothing found'] : [];
    if (more > 0) notes.push(`${more}${counted >= maxCounted ? ' or more' : ''} more matches, narrow with path:`);
    return renderPlaces(view, places, { notes, cut: more > 0 });
  },
});

function compile(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    const why = messageOf(error);
    throw new ToolMisuse(`${why}; escape special characters such as ( [ { . * + ? with a backslash`);
  }
}

function byClass(files: readonly ViewFile[]): ViewFile[] {
  const order = { code: 0, sample: 1, config: 2, docs: 3, test: 4, generated: 5 };
  return [...files].sort((one, other) => order[one.class] - order[other.class]);
}

function findMatches(
  view: SnapshotView,
  files: readonly ViewFile[],
  expression: RegExp,
  mayMatch: (text: string) => boolean,
) {
  const places: Place[] = [];
  let counted = 0;
  let shown = 0;
  for (const file of files) {
    if (counted >= maxCounted) break;
    const text = view.textOf(file);
    if (!mayMatch(text)) continue;
    const matches = linesOf(text).flatMap((line, at) => (expression.test(line) ? [at + 1] : []));
    counted += matches.length;
    const kept = matches.slice(0, Math.min(maxPerFile, maxMatches - shown));
    shown += kept.length;
    places.push(...placesAround(file, kept));
  }
  return { places, counted, shown };
}
