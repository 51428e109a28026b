/** Holds what a command has printed for programs to the schema of its output, wherever a test runs one. */
import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { commandsWithSchema, outputSchemaOf } from '../../client/output-schemas/output-schemas.ts';

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const compiled = new Map<string, ValidateFunction>();
const seen = new Set<string>();

/** The commands whose output was held to its schema in this process. */
export const commandsSeen: ReadonlySet<string> = seen;

export function expectFitting(given: readonly string[], stdout: string): void {
  const command = commandOf(given);
  if (command === null || !given.includes('--json')) return;
  const validate = compiled.get(command) ?? ajv.compile(outputSchemaOf(command, { strict: true }) ?? {});
  compiled.set(command, validate);
  for (const line of stdout.split('\n').filter((each) => each !== '')) {
    const value: unknown = JSON.parse(line);
    assert.ok(validate(value), `${command}: ${ajv.errorsText(validate.errors)}: ${line.slice(0, 600)}`);
    seen.add(command);
  }
}

/** The longest that the words begin with. */
function commandOf(given: readonly string[]): string | null {
  const words = given.filter((word) => !word.startsWith('-'));
  const fits = commandsWithSchema.filter((name) => name.split(' ').every((word, at) => words[at] === word));
  const [longest = null] = fits.toSorted((one, other) => other.length - one.length);
  return longest;
}
