/** `switchyard schema`: the formats of files that other software may write, and of what commands print for programs. */
import type { Command } from 'commander';

export function addSchema(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of a file format, or of what a command prints')
    .description(
      'Prints the JSON Schema of a file format (run-log, dataset, pipeline), or of what a command prints with --json, ' +
        'such as "runs show": of each line, where it prints several. Without a name: the names of all.',
    )
    .argument('[name...]', 'a format, or the words of a command')
    .action(async (name: string[]) => {
      const { showSchema } = await import('../../evaluate/show-schema.ts');
      process.exitCode = showSchema(name);
    });
}
