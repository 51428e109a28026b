/** The options that every command on a run log has. */
import { type Command, Option } from 'commander';
import { each, share } from '../../input/option-values.ts';

const theDataset =
  'the questions with their ground truth; the dataset of the benchmark that the log lies in, unless given';

export function withDataset(command: Command): Command {
  return command.option('--dataset <file.jsonl>', theDataset);
}

export function withWasteShare(command: Command): Command {
  return command.addOption(
    new Option('--waste-share <share>', 'a right answer is wasteful above this share of needless calls')
      .argParser(share)
      .default(1 / 3, 'a third'),
  );
}

export function withGraders(command: Command): Command {
  return command.option(
    '--grader <module or name=program>',
    'a grader of your own: a module that exports "graders" or "grade", or a program that reads and writes a JSON line; may be repeated',
    each,
  );
}
