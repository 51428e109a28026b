/** Prints the JSON Schema of a file format, for those who write such files with other software. */
import { z } from 'zod';
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { PipelineSpec, SpecialistSpec } from '../../contracts/pipeline.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import { exitCodes } from '../exit-codes.ts';
import { printFile } from '../terminal/output.ts';

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

export type FileFormat = keyof typeof schemas;

export function schemaOf(name: FileFormat): object {
  const { title, schema } = schemas[name];
  return { title, ...z.toJSONSchema(schema, { io: 'input' }) };
}

export function showSchema(name: FileFormat): number {
  printFile(schemaOf(name));
  return exitCodes.worked;
}
