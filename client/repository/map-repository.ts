/** Prints the outline of a repository: what a specialist gets. */
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { printable } from '../../lib/printable.ts';
import { print, printJson } from '../terminal/output.ts';
import { type RepositoryOptions, repositoryOf } from '../../application/questions/repository-argument.ts';
import { withRetrieval } from './with-retrieval.ts';

export type MapOptions = RepositoryOptions & { path?: string; tokens: number; json: boolean };

const maxTokens = 3_000;

export async function mapRepository(options: MapOptions): Promise<number> {
  const { path, tokens, json } = options;
  if (tokens > maxTokens) throw new UsageError(`--tokens may be ${maxTokens} at most`);
  const repository = await repositoryOf(options);
  return withRetrieval(async ({ retrieval, signal }) => {
    const { id, repositoryKey, url } = await retrieval.open(repository, { signal });
    const argumentsText = JSON.stringify({ tokens, ...(path === undefined ? {} : { path }) });
    const request = { callId: 'map', tool: 'repository_map', argumentsText };
    const { status, text } = await retrieval.runTool({ id, repositoryKey, url }, request, [request.tool], signal);
    if (status === 'error') throw new UsageError(inOptions(text));
    if (json) printJson({ snapshot: id, map: text });
    else print(printable(text.replace(', try list_files', '')));
    return exitCodes.worked;
  });
}

/** What the tool tells a model of its argument `path`, for somebody who has options and no tools. */
function inOptions(text: string): string {
  return text
    .replace(/^error: /, '')
    .replace('matches path "', 'matches --path "')
    .replace('leave path out, or use list_files', 'leave --path out to see the most used files of all');
}
