/** The options of a benchmark program: read, or told and refused before anything is started. */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Command, Option } from 'commander';
import { optionDescription } from '../../client/terminal/help-style.ts';
import { packageFolder } from '../../lib/own-files.ts';

/** `value` names what is given, as the usage has it between angle brackets. */
export type BenchOption = { about: string } & (
  | { type: 'boolean' }
  | { type: 'number'; default?: number }
  | { type: 'string'; value: string; default?: string; required?: true; multiple?: true }
);

type Given<Option extends BenchOption> = Option extends { type: 'boolean' }
  ? boolean
  : Option extends { type: 'number' }
    ? number
    : Option extends { multiple: true }
      ? string[]
      : string;

type Read<Option extends BenchOption> = Option extends { type: 'boolean' } | { default: unknown } | { required: true }
  ? Given<Option>
  : Given<Option> | undefined;

/**
 * Reads the arguments of this process. `--help` prints the usage and ends it with 0; an argument that cannot be read ends it
 * with 2 and a line on stderr.
 * @param program as it is typed, for example `npm run bench:kills --`
 * @param summary what it measures, and when it fails
 */
export function readOptions<const Options extends Record<string, BenchOption>>(
  program: string,
  summary: string,
  options: Options,
): { [Name in keyof Options]: Read<Options[Name]> } {
  const given = givenTo(program, options);
  if (given.help === true) {
    process.stdout.write(usageOf(program, summary, options));
    process.exit(0);
  }
  const values = Object.entries(options).map(([name, option]) => [name, read(program, name, option, given[name])]);
  return Object.fromEntries(values) as { [Name in keyof Options]: Read<Options[Name]> };
}

/** Ends the process with 2. @param reason what is wrong with which option */
export function refuse(program: string, reason: string): never {
  process.stderr.write(`${reason.replaceAll('\n', ' ')} (try ${program} --help)\n`);
  process.exit(2);
}

function givenTo(program: string, options: Record<string, BenchOption>): Record<string, unknown> {
  const read = Object.entries(options).map(([name, option]) => [
    name,
    { type: option.type === 'boolean' ? 'boolean' : 'string', multiple: 'multiple' in option },
  ]);
  try {
    return parseArgs({ options: { ...Object.fromEntries(read), help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    return refuse(program, (error as Error).message);
  }
}

function read(program: string, name: string, option: BenchOption, given: unknown): unknown {
  if (option.type === 'boolean') return given === true;
  if (given === undefined && 'required' in option) refuse(program, `--${name} <${option.value}> is missing`);
  if (given === undefined || option.type === 'string') return given ?? option.default;
  const number = String(given).trim() === '' ? Number.NaN : Number(given);
  return Number.isFinite(number) ? number : refuse(program, `--${name}: "${given}" is not a number`);
}

function usageOf(program: string, summary: string, options: Record<string, BenchOption>): string {
  const command = new Command(program).usage('[options]').description(summary);
  command.configureHelp({ helpWidth: 80, optionDescription });
  for (const [name, option] of Object.entries(options)) command.addOption(shown(name, option));
  return command.helpInformation();
}

/** A folder of this checkout is shown as it is named from there, where npm runs its scripts. */
function shown(name: string, option: BenchOption): Option {
  if (option.type === 'boolean') return new Option(`--${name}`, option.about);
  const value = option.type === 'number' ? 'number' : option.value;
  const described = new Option(
    `--${name} <${value}>`,
    'required' in option ? `${option.about} (required)` : option.about,
  );
  if (option.default === undefined) return described;
  const text = String(option.default);
  return described.default(text, text.startsWith(packageFolder) ? relative(packageFolder, text) || '.' : text);
}
