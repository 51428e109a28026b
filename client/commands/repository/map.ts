/** `switchyard map`: the outline of a repository, as its specialists see it. */
import { type Command, Option } from 'commander';
import type { MapOptions } from '../../repository/map-repository.ts';
import { positiveCount } from '../../input/option-values.ts';

export function addMap(program: Command): void {
  program
    .command('map')
    .summary('show the outline of a repository')
    .description('Shows the most used files of a repository with the signatures of their functions and classes.')
    .option('--repo <folder or git URL>', 'what to show', '.')
    .option('--ref <ref>', 'a branch, tag or commit; the current one unless given')
    .option('--uncommitted', 'with the uncommitted changes of the checkout')
    .option('--include-secrets', 'with files that are known to hold keys and passwords, such as .env')
    .option('--path <folder or glob>', 'only files there')
    .addOption(new Option('--tokens <n>', 'about how long it may be').argParser(positiveCount).default(1500))
    .option('--json', 'print JSON', false)
    .action(async (options: MapOptions) => {
      const { mapRepository } = await import('../../repository/map-repository.ts');
      process.exitCode = await mapRepository(options);
    });
}
