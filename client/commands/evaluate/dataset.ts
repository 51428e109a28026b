/** `switchyard dataset`: the questions of an evaluation. */
import type { Command } from 'commander';
import { addDatasetMake } from './dataset-make.ts';
import type { CheckOptions } from '../../evaluate/check-dataset.ts';

export function addDataset(program: Command): void {
  const dataset = program.command('dataset').summary('make, check and review the questions of an evaluation');
  addDatasetMake(dataset);
  dataset
    .command('check')
    .summary('find expected places that do not exist, duplicates, leaks and imbalance')
    .argument('<file.jsonl>', 'the dataset')
    .option(
      '--repo <folder or git URL>',
      'the repository that the expected places are in; the one the file names unless given',
    )
    .option('--ref <ref>', 'a branch, tag or commit of it; the current one unless given')
    .option('--json', 'print one JSON object', false)
    .action(async (file: string, options: CheckOptions) => {
      const { checkDatasetFile } = await import('../../evaluate/check-dataset.ts');
      process.exitCode = await checkDatasetFile(file, options);
    });
}
