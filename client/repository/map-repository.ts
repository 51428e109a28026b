/** Prints the outline of a repository: what a specialist gets. */
import { exitCodes } from '../exit-codes.ts';
import { printable } from '../../lib/printable.ts';
import { print, printJson } from '../terminal/output.ts';
import { type RepositoryOptions, repositoryOf } from '../../application/questions/repository-argument.ts';
import { mapOfSnapshot, openSnapshot } from '../../application/repository/read-snapshot.ts';
import { expectMapTokens } from '../../application/repository/reading-limits.ts';
import { withRetrieval } from './with-retrieval.ts';

export type MapOptions = RepositoryOptions & { path?: string; tokens: number; json: boolean };

export async function mapRepository(options: MapOptions): Promise<number> {
  const { path, tokens, json } = options;
  expectMapTokens(tokens);
  const repository = await repositoryOf(options);
  return withRetrieval(async (opened) => {
    const snapshot = await openSnapshot(opened, repository);
    const map = await mapOfSnapshot(opened, snapshot, { tokens, ...(path === undefined ? {} : { path }) });
    if (json) printJson({ snapshot: snapshot.id, map });
    else print(printable(map));
    return exitCodes.worked;
  });
}
