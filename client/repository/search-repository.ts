/** Searches a repository from the command line, for one query or for a file of them. */
import { z } from 'zod';
import type { SearchRow } from '../../contracts/tools.ts';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { readJsonLines } from '../input/json-lines-file.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { readQuestion } from '../ask/question-argument.ts';
import { type RepositoryOptions, repositoryOf } from '../../application/questions/repository-argument.ts';
import { openSnapshot, searchSnapshot } from '../../application/repository/read-snapshot.ts';
import { expectSearchLimit } from '../../application/repository/reading-limits.ts';
import { type Opened, withRetrieval } from './with-retrieval.ts';

const Kind = z.enum(['code', 'docs', 'all']);
export type SearchOptions = RepositoryOptions & {
  file?: string;
  kind: z.infer<typeof Kind>;
  limit?: number;
  embeddings: boolean;
  json: boolean;
};

const SearchQuery = z.object({
  id: z.union([z.string().min(1).max(300), z.number()]),
  query: z.string().trim().min(1, 'the query is empty').max(200_000),
  kind: Kind.optional(),
});
type SearchQuery = z.infer<typeof SearchQuery>;

/** One query in each reading thread, and the next ones waiting. */
const width = 4;

export async function searchRepository(query: string | undefined, options: SearchOptions): Promise<number> {
  if ((query === undefined) === (options.file === undefined))
    throw new UsageError('give one query in quotes, or --file with many: switchyard search "retry backoff"');
  expectSearchLimit(options.limit ?? 1);
  const repository = await repositoryOf(options);
  const queries = options.file === undefined ? [] : await readJsonLines(options.file, SearchQuery);
  const single = query === undefined ? null : await readQuestion(query, process.stdin);
  return withRetrieval(async (opened) => {
    const snapshot = await openSnapshot(opened, repository);
    return single === null
      ? searchAll(opened, snapshot, queries, options)
      : searchOne(opened, snapshot, single, options);
  }, options.embeddings);
}

async function searchOne(opened: Opened, snapshot: Snapshot, query: string, options: SearchOptions) {
  const { kind, limit = 10 } = options;
  const results = await searchSnapshot(opened, snapshot, { query, kind, limit });
  if (options.json) printJson({ results });
  else for (const row of results) print(textOf(row));
  if (results.length === 0) note('nothing found: try other words');
  return exitCodes.worked;
}

async function searchAll(opened: Opened, snapshot: Snapshot, queries: SearchQuery[], options: SearchOptions) {
  const { limit = 20 } = options;
  const { signal } = opened;
  await inParallel(
    queries,
    { width, signal },
    ({ query, kind = options.kind }) => searchSnapshot(opened, snapshot, { query, kind, limit }),
    (results, { id }) => printJson({ id, results }),
  );
  return signal.aborted ? exitCodes.interrupted : exitCodes.worked;
}

function textOf({ path, firstLine, lastLine, symbol, score }: SearchRow): string {
  return printableLine(`${path}:${firstLine}-${lastLine}${symbol === null ? '' : ` (${symbol})`}  ${score}`);
}
