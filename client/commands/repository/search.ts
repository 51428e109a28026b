/** `switchyard search`: the files of a repository that fit a query, best first; no model is asked. */
import { type Command, Option } from 'commander';
import { positiveCount } from '../../input/option-values.ts';
import type { SearchOptions } from '../../repository/search-repository.ts';

export function addSearch(program: Command): void {
  program
    .command('search')
    .summary('search a repository without a model')
    .description(
      'Ranks the files of a repository for one query, or for those of a file of JSON lines with id, query and, ' +
        'optionally, kind; then one JSON line each is printed with id and results.',
    )
    .argument(
      '[query]',
      'a question, identifiers, an error message, a stack trace or the text of an issue; "-" reads it from stdin',
    )
    .option('--repo <folder or git URL>', 'what to search', '.')
    .option('--ref <ref>', 'a branch, tag or commit; the current one unless given')
    .option('--uncommitted', 'with the uncommitted changes of the checkout')
    .option('--include-secrets', 'with files that are known to hold keys and passwords, such as .env')
    .option('--file <file.jsonl>', 'queries, one JSON object a line')
    .addOption(new Option('--kind <kind>', 'what to look in').choices(['code', 'docs', 'all']).default('all'))
    .option('--limit <n>', 'how many files at most; 10, with --file 20, unless given', positiveCount)
    .option('--no-embeddings', 'search by words alone, whatever is configured')
    .option('--json', 'print JSON', false)
    .action(async (query: string | undefined, options: SearchOptions) => {
      const { searchRepository } = await import('../../repository/search-repository.ts');
      process.exitCode = await searchRepository(query, options);
    });
}
