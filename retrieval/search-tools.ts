/** The two searches: for code, with tests and docs put last, and for documentation alone. */
import { z } from 'zod';
import { pathFilter } from './path-filter.ts';
import { renderPlaces } from './rendering.ts';
import { search } from './search.ts';
import type { SearchKind } from './weights.ts';
import type { SnapshotView } from './snapshot-view.ts';
import { countParameter, defineTool, pathParameter } from './tool-table.ts';
import type { ToolRun } from './tool-run.ts';

const defaultLimit = 8;

const parameters = z.strictObject({
  query: z
    .string()
    .trim()
    .min(1)
    .max(8000)
    .describe('What to look for: a question, identifiers, an error message or a stack trace.'),
  path: pathParameter.optional(),
  limit: countParameter(20, `How many places to show; ${defaultLimit} unless given.`).optional(),
});

export const searchCode = defineTool({
  description:
    'Searches the source code by meaning of words and identifiers and returns the best places, one per file. Use it ' +
    'first for questions about functions, classes, behaviour, implementation, errors and stack traces.',
  kind: 'code',
  parameters,
  run: (view, given) => runSearch(view, 'all', given),
});

export const searchDocs = defineTool({
  description:
    'Searches only the documentation (README, guides, docs folders, changelogs) and returns the best sections. Use it ' +
    'for questions about usage, configuration, concepts, architecture and design.',
  kind: 'docs',
  parameters,
  run: (view, given) => runSearch(view, 'docs', given),
});

function runSearch(view: SnapshotView, kind: SearchKind, given: z.infer<typeof parameters>): ToolRun {
  const accepts = pathFilter(view, given.path);
  const { places, files } = search(view, { query: given.query, kind, accepts, limit: given.limit ?? defaultLimit });
  const shown = new Set(places.map((place) => place.file)).size;
  const notes: string[] = [];
  if (places.length === 0) notes.push(nothingFound(view, kind));
  else if (files > shown) notes.push(`${files - shown} more files match, narrow with path:`);
  return renderPlaces(view, places, { notes, cut: files > shown });
}

function nothingFound(view: SnapshotView, kind: SearchKind): string {
  if (kind === 'docs' && !view.files.some((file) => file.class === 'docs')) {
    return 'nothing found: this snapshot holds no documentation, try search_code';
  }
  return 'nothing found: try other words, or grep for an exact string';
}
