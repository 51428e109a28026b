/** The JSON Schema of what a command prints with `--json`: of each line, where it prints several. */
import { z } from 'zod';
import { snakeName } from '../../lib/snake-keys.ts';
import { benchmarkOutputs } from './benchmark-outputs.ts';
import { comparisonOutputs } from './comparison-outputs.ts';
import { datasetOutputs } from './dataset-outputs.ts';
import { gradeOutputs } from './grade-outputs.ts';
import { otherOutputs } from './other-outputs.ts';
import { runOutputs } from './run-outputs.ts';
import { traceOutputs } from './trace-outputs.ts';

const all = {
  ...{ ...runOutputs, ...traceOutputs, ...benchmarkOutputs, ...comparisonOutputs },
  ...{ ...gradeOutputs, ...datasetOutputs, ...otherOutputs },
};
const outputs: Record<string, z.ZodType> = all;

/** What a command prints, by the names of the code: where a value is made to be printed, the compiler holds it to this. */
export type Printed<Command extends keyof typeof all> = z.output<(typeof all)[Command]>;

/** Of the commands that have a schema. */
export const commandsWithSchema: readonly string[] = Object.keys(outputs);

/**
 * @param strict true: fields that it does not name are mistakes, for tests; else later versions may have more
 * @returns null for a command that has none
 */
export function outputSchemaOf(command: string, { strict = false } = {}): object | null {
  const output = Object.hasOwn(outputs, command) ? outputs[command] : undefined;
  if (output === undefined) return null;
  const schema = z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' });
  return { title: `switchyard ${command} --json`, ...printed(schema, strict) };
}

/** Keywords below which there is data, not schemas. */
const dataKeywords = new Set(['enum', 'const', 'default', 'examples', 'pattern']);

/** The same schema with its fields as they are printed. */
function printed(schema: object, strict: boolean): Record<string, unknown> {
  const entries = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    if (dataKeywords.has(keyword)) return [[keyword, value]];
    if (keyword === 'additionalProperties' && value === false) return strict ? [[keyword, value]] : [];
    if (keyword === 'required') return [[keyword, (value as string[]).map(snakeName)]];
    if (keyword === 'properties') return [[keyword, renamedMembers(value as object, strict)]];
    return [[keyword, below(value, strict)]];
  });
  return Object.fromEntries(entries);
}

function below(value: unknown, strict: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => below(each, strict));
  return typeof value === 'object' && value !== null ? printed(value, strict) : value;
}

function renamedMembers(properties: object, strict: boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [snakeName(name), below(value, strict)]));
}
