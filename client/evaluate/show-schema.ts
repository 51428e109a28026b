/** Prints the JSON Schema of a file format, or of what a command prints, for those who write or read them with other software. */
import { z } from 'zod';
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { PipelineSpec, SpecialistSpec } from '../../contracts/pipeline.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { commandsWithSchema, outputSchemaOf } from '../output-schemas/output-schemas.ts';
import { print, printFile } from '../terminal/output.ts';

/** As a file has it: prompts may lie beside it. */
const PipelineFile = z.strictObject({
  ...PipelineSpec.shape,
  specialists: z
    .array(
      SpecialistSpec.extend({
        prompt: SpecialistSpec.shape.prompt.exactOptional().describe('Its instructions; or give `promptFile`.'),
        promptFile: z
          .string()
          .min(1)
          .exactOptional()
          .describe("A file with its instructions, in the pipeline file's folder; in place of `prompt`."),
      }),
    )
    .min(1)
    .max(20)
    .describe(PipelineSpec.shape.specialists.description ?? ''),
});

const schemas = {
  'run-log': { title: 'One line of a run log', schema: RunLogRecord },
  dataset: { title: 'One line of a dataset', schema: DatasetQuestion },
  pipeline: { title: 'A pipeline file', schema: PipelineFile },
} as const;

/** The formats of files. */
export const fileFormats = Object.keys(schemas) as FileFormat[];

export type FileFormat = keyof typeof schemas;

export function schemaOf(name: FileFormat): object {
  const { title, schema } = schemas[name];
  return { title, ...z.toJSONSchema(schema, { io: 'input' }) };
}

/**
 * @param words a format, or a command; none: the names of all
 * @throws UsageError for what has no schema
 */
export function showSchema(words: readonly string[]): number {
  const name = words.join(' ');
  if (name === '') print([...fileFormats, ...commandsWithSchema].join('\n'));
  else printFile(schemaNamed(name));
  return exitCodes.worked;
}

function schemaNamed(name: string): object {
  const format = fileFormats.find((each) => each === name);
  const schema = format === undefined ? outputSchemaOf(name) : schemaOf(format);
  if (schema !== null) return schema;
  throw new UsageError(`there is no schema of "${name}": "switchyard schema" lists those there are`);
}
