/** Makes a repository searchable from the command line, or explains a path of it. */
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import type { OnProgress } from '../../retrieval/worker-threads/thread-tasks.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { columnsOf, note, print, printJson } from '../terminal/output.ts';
import { leftOutText, noteSecrets } from './left-out-text.ts';
import { printableLine } from '../../lib/printable.ts';
import { type RepositoryOptions, repositoryOf } from '../../application/questions/repository-argument.ts';
import { type Opened, withRetrieval } from './with-retrieval.ts';

export type IndexOptions = RepositoryOptions & { explain?: string; embeddings: boolean; json: boolean };

export async function indexRepository(options: IndexOptions): Promise<number> {
  const repository = await repositoryOf(options);
  return withRetrieval(
    (opened) => {
      if (options.explain !== undefined) return explain(opened, repository, options.explain, options.json);
      return build(opened, repository, options.json);
    },
    options.embeddings && options.explain === undefined,
  );
}

async function build({ retrieval, signal }: Opened, repository: RepositoryRef, json: boolean): Promise<number> {
  const startMs = performance.now();
  let reportedMs = startMs;
  const onProgress: OnProgress = ({ stage, done, total }) => {
    if (performance.now() - reportedMs < 1_000) return;
    reportedMs = performance.now();
    note(`${stage} ${done}${total === null ? '' : ` of ${total}`} ${stage === 'embedding' ? 'chunks' : 'files'}`);
  };
  const snapshot = await retrieval.open(repository, { signal, onProgress });
  const { id, repositoryKey, url } = snapshot;
  const embeddings = await retrieval.embed({ id, repositoryKey, url }, signal, onProgress);
  const seconds = Number(((performance.now() - startMs) / 1_000).toFixed(2));
  const megabytes = Number((snapshot.bytes / 1e6).toFixed(1));
  if (embeddings?.stopped) note(`embedding stopped, searches go by words alone meanwhile: ${embeddings.stopped}`);
  if (json) printJson({ ...snapshot, seconds, ...(embeddings === null ? {} : { embeddings }) });
  else {
    const embedded = embeddings === null ? '' : `; ${embeddings.embedded} of ${embeddings.total} chunks embedded`;
    const label = printableLine(snapshot.label);
    print(
      `${label} is searchable: ${snapshot.files} ${snapshot.files === 1 ? 'file' : 'files'}, ${megabytes} MB, in ${seconds} s${embedded}`,
    );
    const left = leftOutText(snapshot.leftOut ?? [], columnsOf(process.stdout));
    if (left !== '') print(left);
  }
  noteSecrets(snapshot);
  return exitCodes.worked;
}

/** @throws UsageError where there is no such file; with `json` that is said on stdout, with the same exit code */
async function explain({ retrieval, signal }: Opened, repository: RepositoryRef, path: string, json: boolean) {
  const explained = await retrieval.explain(repository, path, signal);
  const { found, reason, about } = explained;
  if (json) printJson(explained);
  else if (!found) throw new UsageError(`--explain ${path}: ${reason}`);
  else print(printableLine(`${path}: ${reason === null ? `searchable: ${about}` : reason}`));
  return found ? exitCodes.worked : exitCodes.usage;
}
