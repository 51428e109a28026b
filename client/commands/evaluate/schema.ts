/** `switchyard schema`: the formats of files that other software may write. */
import { Argument, type Command } from 'commander';
import type { FileFormat } from '../../evaluate/show-schema.ts';

export function addSchema(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of a file format')
    .addArgument(new Argument('<format>', 'which format').choices(['run-log', 'dataset', 'pipeline']))
    .action(async (format: FileFormat) => {
      const { showSchema } = await import('../../evaluate/show-schema.ts');
      process.exitCode = showSchema(format);
    });
}
