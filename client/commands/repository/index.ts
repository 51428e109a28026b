/** `switchyard index`: makes a repository searchable, and tells what is. */
import type { Command } from 'commander';
import type { IndexOptions } from '../../repository/index-repository.ts';

export function addIndex(program: Command): void {
  const index = program
    .command('index')
    .summary('index a repository; tell what is indexed')
    .description(
      'Copies the text of a commit or folder into the index, or says of a path why it is not searchable. Where an ' +
        'endpoint that embeds is configured, what is not embedded yet is.',
    )
    .option('--repo <folder or git URL>', 'what to index', '.')
    .option('--ref <ref>', 'a branch, tag or commit; the current one unless given')
    .option('--uncommitted', 'with the uncommitted changes of the checkout')
    .option('--include-secrets', 'with files that are known to hold keys and passwords, such as .env')
    .option('--explain <path>', 'whether this path is searchable, and if not, why')
    .option('--no-embeddings', 'leave out what SWITCHYARD_EMBEDDINGS_MODEL would embed')
    .option('--json', 'print one JSON object', false)
    .action(async (options: IndexOptions) => {
      const { indexRepository } = await import('../../repository/index-repository.ts');
      process.exitCode = await indexRepository(options);
    });
  index
    .command('status')
    .summary('list the indexes on this machine')
    .option('--json', 'print JSON lines', false)
    .action(async ({ json }: { json: boolean }) => {
      const { showIndexes } = await import('../../repository/show-indexes.ts');
      process.exitCode = showIndexes(json || index.opts<IndexOptions>().json);
    });
}
