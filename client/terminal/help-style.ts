/** What all commands share: readable defaults in their help, and `--version`. */
import { readFileSync } from 'node:fs';
import { type Command, Help, type Option } from 'commander';

/** An option that is off, or that nothing was given for, has no default to tell. */
export function optionDescription(option: Option): string {
  const { defaultValue } = option;
  const untold = typeof defaultValue === 'boolean' || (Array.isArray(defaultValue) && defaultValue.length === 0);
  const shown: Option = untold ? Object.create(option, { defaultValue: { value: undefined } }) : option;
  return new Help().optionDescription(shown);
}

/** Gives `--version` to a program and to all of its commands; only the help of the program lists it. */
export function addVersion(program: Command): void {
  const manifest = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const add = (command: Command) => {
    command.version(version, '-V, --version', 'print the version');
    if (command !== program) command.options.at(-1)?.hideHelp();
    for (const each of command.commands) add(each);
  };
  add(program);
}
