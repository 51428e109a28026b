/** The two searches: for code, with tests and docs put last, and for documentation alone. */
import { z } from 'zod';
import type { SearchCandidate } from '../../contracts/agent.ts';
import type { ToolRequest } from '../../contracts/tools.ts';
import type { DenseQuery } from '../search/dense-ranking.ts';
import { pathFilter, ToolMisuse } from './path-filter.ts';
import { renderPlaces, type ToolRun } from './rendering.ts';
import { focusPlaces } from '../search/focus.ts';
import { checkWords } from '../search/word-check.ts';
import { candidatePlaces, inOrder, search, toCandidates } from '../search/search.ts';
import type { SearchKind } from '../search/weights.ts';
import type { SnapshotView } from '../snapshot/snapshot-view.ts';
import { countParameter, defineTool, parseArguments, pathParameter, type SearchAids } from './tool-table.ts';

const defaultLimit = 6;
/** Words that stand nowhere: so many are named. */
const namedMissing = 16;

const parameters = z.strictObject({
  query: z.string().trim().min(1).max(8000).describe('A question, identifiers, an error message or a stack trace.'),
  path: pathParameter.optional(),
  limit: countParameter(20, `Places to show, at most 20; ${defaultLimit} unless given.`).optional(),
});

export const searchCode = defineTool({
  description:
    'Searches the source by words and identifiers: the best place of each file. Use it first for questions about code, ' +
    'behaviour and errors.',
  kind: 'code',
  parameters,
  run: (view, given, aids) => runSearch(view, 'all', given, aids),
});

export const searchDocs = defineTool({
  description:
    'Searches only the documentation (README, guides, changelogs). Use it for questions about usage, configuration, ' +
    'concepts and design.',
  kind: 'docs',
  parameters,
  run: (view, given, aids) => runSearch(view, 'docs', given, aids),
});

type Given = z.infer<typeof parameters>;

function runSearch(view: SnapshotView, kind: SearchKind, given: Given, { dense, order }: SearchAids): ToolRun {
  const accepts = pathFilter(view, given.path);
  const wanted = given.limit ?? defaultLimit;
  const limit = order.length > 0 ? candidatePlaces : wanted;
  const { query, missing, mended } = checkWords(view, given.query);
  const found = search(view, { query, kind, accepts, limit, dense });
  const places = inOrder(found.places, order).slice(0, wanted);
  const { files } = found;
  const shown = new Set(places.map((place) => place.file)).size;
  const notes: string[] = [];
  if (places.length === 0) notes.push(nothingFound(view, kind));
  else if (files > shown) notes.push(`${files - shown} more files match, narrow with path:`);
  for (const { written, meant } of mended) notes.push(`no file has ${written}: searched for ${meant} instead`);
  if (missing.length > 0) notes.push(`no file has: ${missing.slice(0, namedMissing).join(', ')}`);
  return renderPlaces(view, focusPlaces(view, places, query), { notes, cut: files > shown });
}

function nothingFound(view: SnapshotView, kind: SearchKind): string {
  if (kind === 'docs' && !view.files.some((file) => file.class === 'docs')) {
    return 'nothing found: this snapshot holds no documentation, try search_code';
  }
  return 'nothing found: try other words, or grep for an exact string';
}

const searches: Readonly<Record<string, SearchKind>> = { search_code: 'all', search_docs: 'docs' };

/** A search as a model asked for it; null for another tool, or for arguments that it cannot take. */
export function readSearch({ tool, argumentsText }: ToolRequest): (Given & { kind: SearchKind }) | null {
  const kind = searches[tool];
  const given = kind === undefined ? null : parseArguments(argumentsText);
  const parsed = given === null ? null : parameters.safeParse(given);
  return kind !== undefined && parsed?.success ? { ...parsed.data, kind } : null;
}

/** What `runSearch` chooses from; nothing where it would refuse the path. */
export function searchCandidates(
  view: SnapshotView,
  request: ToolRequest,
  dense: DenseQuery | null,
): SearchCandidate[] {
  const given = readSearch(request);
  if (given === null) return [];
  const { query, kind, path } = given;
  try {
    const accepts = pathFilter(view, path);
    const checked = checkWords(view, query).query;
    return toCandidates(view, search(view, { query: checked, kind, accepts, limit: candidatePlaces, dense }).places);
  } catch (error) {
    if (error instanceof ToolMisuse) return [];
    throw error;
  }
}
