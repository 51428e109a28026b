/** Lines of a file for a client: of a snapshot that a call has opened, or of one that an answer or a result has named. */
import { InvalidInput } from '../../application/errors.ts';
import { expectWithoutSecrets, linesOfSnapshot } from '../../application/repository/read-snapshot.ts';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import { printable } from '../../lib/printable.ts';
import type { FileLines } from '../../retrieval/tools/file-lines.ts';
import type { LinesOutput } from '../answers/other-outputs.ts';
import type { Surface } from '../surface.ts';
import { readSourceUri, sourceUri } from './source-uri.ts';

/** What a client is given of lines. */
export function linesOutput(ref: SnapshotRef, lines: FileLines): LinesOutput {
  const { path, firstLine, lastLine, totalLines, text, cut } = lines;
  return {
    snapshot: ref.id,
    path,
    first_line: firstLine,
    last_line: lastLine,
    total_lines: totalLines,
    text: printable(text),
    cut,
    uri: firstLine === 0 ? null : sourceUri(ref, { path, firstLine, lastLine }),
  };
}

/**
 * The lines that a URI names, or others of the same file.
 * @throws InvalidInput where it is none of ours, or may not be read here
 */
export async function linesOfSource(
  surface: Surface,
  uri: string,
  signal: AbortSignal,
  other: { firstLine?: number; lastLine?: number } = {},
): Promise<LinesOutput> {
  const { ref, path, firstLine, lastLine } = readSourceUri(uri);
  expectWithoutSecrets(ref);
  const retrieval = await surface.retrieval;
  if (!(await surface.repositories.allowsSnapshot(ref, retrieval, signal))) throw notHere();
  const asked = Object.keys(other).length === 0 ? { firstLine, lastLine } : other;
  return linesOutput(ref, await linesOfSnapshot({ retrieval, signal }, ref, { path, ...asked }));
}

function notHere(): InvalidInput {
  return new InvalidInput('uri', 'this server has no such source: ask, search or read_lines by path give those it has');
}
