/** `switchyard dataset`: the questions of an evaluation. */
import type { Command } from 'commander';
import { datasetConversion } from './dataset-convert.ts';
import { datasetMake } from './dataset-make.ts';
import type { AddOptions } from '../../dataset/add-question.ts';
import { knownRunId } from '../../input/option-values.ts';
import type { ReviewOptions } from '../../dataset/review-dataset.ts';
import type { CheckOptions } from '../../evaluate/check-dataset.ts';

export function addDataset(program: Command): void {
  const dataset = program
    .command('dataset')
    .summary('make, add to, check, review and convert the questions of an evaluation');
  datasetMake(dataset);
  datasetConversion(dataset);
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
  addRun(dataset);
  dataset
    .command('review')
    .summary('accept, edit or reject its questions, one by one, with the lines in view')
    .description(
      'Shows each question that nobody has decided about, with its facts and lines, and reads a line: a accepts, e, f and l ' +
        'change question, facts and route, r rejects with a reason, s skips, q stops. Each decision is in the file at once. ' +
        'With --again: the routes are labelled a second time without showing the first, and kappa is told.',
    )
    .argument('<file.jsonl>', 'the dataset; it is written in place')
    .option('--again', 'label the routes a second time, blind', false)
    .option('--by <name>', 'who decides; the name of your account unless given')
    .option('--no-lines', 'do not open the repository')
    .option('--json', 'print one JSON object at the end', false)
    .action(async (file: string, options: ReviewOptions) => {
      const { reviewDataset } = await import('../../dataset/review-dataset.ts');
      process.exitCode = await reviewDataset(file, options);
    });
}

function addRun(dataset: Command): void {
  dataset
    .command('add')
    .summary('make a question of a run, for a review')
    .description(
      'Appends the question of a run to a dataset: what its answer cites is taken for the expected places, unless it was ' +
        'rated bad. Nobody has reviewed it, so "dataset review" shows it.',
    )
    .argument('<run>', 'the id of the run', knownRunId)
    .requiredOption('-o, --output <file>', 'the dataset; it is made where there is none')
    .option('--json', 'print one JSON object', false)
    .action(async (run: string, options: AddOptions) => {
      const { addQuestion } = await import('../../dataset/add-question.ts');
      process.exitCode = await addQuestion(run, options);
    });
}
