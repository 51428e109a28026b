/** Prints the JSON Schema of a file format, for those who write such files with other software. */
import { z } from 'zod';
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import { exitCodes } from '../exit-codes.ts';
import { printFile } from '../terminal/output.ts';

const schemas = {
  'run-log': { title: 'One line of a run log', schema: RunLogRecord },
  dataset: { title: 'One line of a dataset', schema: DatasetQuestion },
} as const;

export function showSchema(name: keyof typeof schemas): number {
  const { title, schema } = schemas[name];
  printFile({ title, ...z.toJSONSchema(schema, { io: 'input' }) });
  return exitCodes.worked;
}
