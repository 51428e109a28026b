/** `switchyard dataset import` and `dataset export`: other software's datasets. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExportOptions, ImportOptions } from '../../dataset/convert-dataset.ts';

const formats = ['promptfoo', 'langfuse', 'jsonl', 'csv', 'swebench'];

export function datasetConversion(dataset: Command): void {
  shared(dataset.command('import').summary("make a dataset out of other software's questions"))
    .description(
      'Reads tests of promptfoo (YAML, or CSV by the ending .csv), a dataset of Langfuse, JSON lines, CSV or instances of ' +
        'SWE-bench. What had no place is told.',
    )
    .argument('<source>', 'a file; with --format langfuse the name of a dataset there')
    .option('--repository <folder or git URL>', 'which repository they are about, where they do not say')
    .option('--ref <ref>', 'the commit or tag of it')
    .option('--route <name>', 'the expected route, where they do not say', 'general')
    .option('-o, --output <file>', 'where to write the dataset; stdout unless given')
    .action(async (source: string, options: ImportOptions) => {
      const { importDataset } = await import('../../dataset/convert-dataset.ts');
      process.exitCode = await importDataset(source, options);
    });
  shared(dataset.command('export').summary('write a dataset for other software'))
    .description(
      'Writes tests of promptfoo (YAML, or CSV by the ending .csv), items of a Langfuse dataset, JSON lines, CSV or instances ' +
        'of SWE-bench. What has no place there is told.',
    )
    .argument('<file.jsonl>', 'the dataset')
    .option('--to <dataset>', 'with --format langfuse: the name of the dataset there')
    .option('-o, --output <file>', 'where to write; stdout unless given')
    .action(async (file: string, options: ExportOptions) => {
      const { exportDataset } = await import('../../dataset/convert-dataset.ts');
      process.exitCode = await exportDataset(file, options);
    });
}

function shared(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'which format').choices(formats).makeOptionMandatory())
    .addOption(
      new Option('--map <field=name,…>', 'of jsonl and csv: our field = theirs, such as question=prompt')
        .argParser(fieldMap)
        .default({}, 'the same names'),
    )
    .option('--force', 'replace the file', false)
    .option('--json', 'print one JSON object', false);
}

function fieldMap(text: string): Record<string, string> {
  const pairs = text.split(',').map((part): [string, string] => {
    const [, field = '', name = ''] = /^([a-z_]+)=(.+)$/.exec(part.trim()) ?? [];
    if (field === '' || !fieldNames.includes(field))
      throw new InvalidArgumentError(`It must be a list such as question=prompt, of ${fieldNames.join(', ')}.`);
    return [field, name];
  });
  return Object.fromEntries(pairs);
}

/** Those of a question that other software may have; a test holds them to the schema. */
export const fieldNames =
  'id question repository ref expected_route second_route other_routes kinds kind gold must_mention forbidden_claims shared_wordings reference_answer tags split note origin review'.split(
    ' ',
  );
