/** What all commands share: readable defaults in their help, and `--version`. */
import { type Command, Help, type Option } from 'commander';
import { packageVersion } from '../../lib/own-files.ts';

/** An option that is off, or that nothing was given for, has no default to tell. */
export function optionDescription(option: Option): string {
  const { defaultValue } = option;
  const untold = typeof defaultValue === 'boolean' || (Array.isArray(defaultValue) && defaultValue.length === 0);
  const shown: Option = untold ? Object.create(option, { defaultValue: { value: undefined } }) : option;
  return new Help().optionDescription(shown);
}

/** Gives `--version` to a program and to all of its commands; only the help of the program lists it. */
export function addVersion(program: Command): void {
  const version = packageVersion();
  const add = (command: Command) => {
    command.version(version, '-V, --version', 'print the version');
    if (command !== program) command.options.at(-1)?.hideHelp();
    for (const each of command.commands) add(each);
  };
  add(program);
}
