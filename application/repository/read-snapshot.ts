/** What a surface reads of a repository without a model: files found for a query, its outline, lines of a file. */
import type { RepositoryRef, Snapshot, SnapshotRef } from '../../contracts/snapshot.ts';
import type { SearchRow } from '../../contracts/tools.ts';
import type { Retrieval } from '../../retrieval/repository.ts';
import type { RowsRequest } from '../../retrieval/search/search.ts';
import { commitOfSnapshot } from '../../retrieval/snapshot/snapshot-source.ts';
import type { FileLines, LinesRequest } from '../../retrieval/tools/file-lines.ts';
import type { OnProgress } from '../../retrieval/worker-threads/thread-tasks.ts';
import { InvalidInput } from '../errors.ts';
import { repositoryError } from './open-retrieval.ts';
import { expectMapTokens, expectSearchLimit } from './reading-limits.ts';

/** `onProgress` is told of an index that has to be made first. */
export type Reading = { retrieval: Retrieval; signal: AbortSignal; onProgress?: OnProgress };

/**
 * Pins a repository as it stands, and indexes it where it was not.
 * @throws CommandFailure for one that cannot be read; InvalidInput for a ref that it has not
 */
export function openSnapshot({ retrieval, signal, onProgress }: Reading, repository: RepositoryRef): Promise<Snapshot> {
  return translated(retrieval.open(repository, { signal, ...(onProgress && { onProgress }) }));
}

/** @returns files, best first @throws InvalidInput for a limit that is too large; CommandFailure */
export async function searchSnapshot(
  { retrieval, signal }: Reading,
  ref: SnapshotRef,
  request: RowsRequest,
): Promise<SearchRow[]> {
  expectSearchLimit(request.limit);
  return translated(retrieval.search(refOf(ref), request, signal));
}

/** The most used files with their signatures, as a specialist gets them. @throws InvalidInput; CommandFailure */
export async function mapOfSnapshot(
  { retrieval, signal }: Reading,
  ref: SnapshotRef,
  { path, tokens }: { path?: string; tokens: number },
): Promise<string> {
  expectMapTokens(tokens);
  const argumentsText = JSON.stringify({ tokens, ...(path === undefined ? {} : { path }) });
  const request = { callId: 'map', tool: 'repository_map', argumentsText };
  const { status, text } = await translated(retrieval.runTool(refOf(ref), request, [request.tool], signal));
  if (status === 'ok') return text.replace(', try list_files', '');
  throw new InvalidInput('path', ofNoTool(text));
}

/** What the tool tells a model of its argument `path`, for somebody who has no other tools. */
function ofNoTool(text: string): string {
  return text
    .replace(/^error: /, '')
    .replace('matches path "', 'matches --path "')
    .replace('leave path out, or use list_files', 'leave --path out to see the most used files of all');
}

/** Lines of one file as they stand in the snapshot. @throws InvalidInput for lines that it has not; CommandFailure */
export async function linesOfSnapshot(
  { retrieval, signal }: Reading,
  ref: SnapshotRef,
  request: LinesRequest,
): Promise<FileLines> {
  const found = await translated(retrieval.lines(refOf(ref), request, signal));
  if (found.kind === 'lines') return found;
  throw new InvalidInput('path', found.message.replace('; use list_files to see what there is', ''));
}

/**
 * For a place that somebody else has named by its snapshot: files that are known to hold keys are no source to be opened.
 * @throws InvalidInput
 */
export function expectWithoutSecrets({ id }: Pick<SnapshotRef, 'id'>): void {
  if (commitOfSnapshot(id)?.withSecrets === true)
    throw new InvalidInput('snapshot', 'this snapshot holds files with keys and passwords, which are not opened here');
}

function refOf({ id, repositoryKey, url }: SnapshotRef): SnapshotRef {
  return { id, repositoryKey, url };
}

async function translated<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw repositoryError(error);
  }
}
