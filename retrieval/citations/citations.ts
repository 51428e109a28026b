/** Checks citations against the snapshot, so that an answer never cites a line that is not there. */
import type { CheckedCitation, Citation } from '../../contracts/evidence.ts';
import { similarPaths, snapshotPath, ToolMisuse } from '../tools/path-filter.ts';
import { cellAt, isNotebook } from '../reading/notebook.ts';
import { matchQuote } from './quote-match.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';

/** One result for each citation, in the same order. */
export function checkCitations(view: SnapshotView, citations: readonly Citation[]): CheckedCitation[] {
  return citations.map((citation) => checkCitation(view, citation));
}

function checkCitation(view: SnapshotView, citation: Citation): CheckedCitation {
  const found = lookUp(view, citation.path);
  if ('reason' in found) return { ...citation, blob: null, status: 'unresolved', reason: found.reason.slice(0, 300) };
  const { file } = found;
  const lines = view.linesOf(file);
  const match = matchQuote(lines, citation.quote, citation.firstLine, citation.lastLine);
  const { path, blob } = file;
  const place = { ...citation, path, blob, ...match };
  const cell = match.status !== 'unresolved' && isNotebook(path) ? cellAt(lines, place.firstLine) : null;
  return { ...place, ...(cell === null ? {} : { cell }) };
}

function lookUp(view: SnapshotView, path: string): { file: ViewFile } | { reason: string } {
  try {
    const wanted = snapshotPath(path);
    const file = view.byPath.get(wanted);
    if (file !== undefined) return { file };
    const similar = similarPaths(view, wanted);
    return { reason: `there is no such file${similar.length > 0 ? `; near: ${similar.join(', ')}` : ''}` };
  } catch (error) {
    if (error instanceof ToolMisuse) return { reason: error.message };
    throw error;
  }
}
