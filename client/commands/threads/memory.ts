/** `switchyard memory`: what Switchyard is to remember of a repository. */
import type { Command } from 'commander';
import { positiveCount } from '../../input/option-values.ts';

export function addMemory(program: Command): void {
  const memory = program
    .command('memory')
    .summary('remember notes on a repository; list, show and forget them')
    .description(
      'Notes on a repository that you have asked to be kept. ask and chat give them to specialists as hints where to look, ' +
        'marked as such; they are never evidence, and benchmarks never see them.',
    );
  memory
    .command('remember')
    .summary('keep a note on a repository')
    .argument('<text>', 'the note, 500 characters at most, in quotes')
    .option('--repo <folder or git URL>', 'the repository', '.')
    .option('--author <name>', 'whose note it is; your user name unless given')
    .option('--days <n>', 'for how many days it is kept', positiveCount, 180)
    .option('--json', 'print one JSON object', false)
    .action(async (text: string, options: { repo: string; author?: string; days: number; json: boolean }) => {
      const { rememberNote } = await import('../../memory/notes.ts');
      process.exitCode = await rememberNote(text, options);
    });
  memory
    .command('list')
    .summary('list the notes on a repository')
    .option('--repo <folder or git URL>', 'the repository', '.')
    .option('--all', 'those on all repositories', false)
    .option('--json', 'print JSON', false)
    .action(async (options: { repo: string; all: boolean; json: boolean }) => {
      const { showNotes } = await import('../../memory/notes.ts');
      process.exitCode = await showNotes(options);
    });
  one(memory, 'show', 'show one note').action(async (id: string, { json }: { json: boolean }) => {
    const { showNote } = await import('../../memory/notes.ts');
    process.exitCode = await showNote(id, json);
  });
  one(memory, 'forget', 'delete one note').action(async (id: string, { json }: { json: boolean }) => {
    const { forgetNote } = await import('../../memory/notes.ts');
    process.exitCode = await forgetNote(id, json);
  });
}

function one(memory: Command, name: string, summary: string): Command {
  return memory
    .command(name)
    .summary(summary)
    .argument('<id>', 'the id of the note')
    .option('--json', 'print one JSON object', false);
}
