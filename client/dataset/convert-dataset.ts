/** `dataset import` and `dataset export`: a dataset out of other software's files and into them, and what was lost on the way. */
import { existsSync } from 'node:fs';
import { dirname, extname, isAbsolute, relative, resolve } from 'node:path';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { readAllQuestions } from '../../harness/dataset.ts';
import { type ImportDefaults, Losses } from '../../harness/dataset-formats/imported.ts';
import { fromLangfuseItem, toLangfuseItem } from '../../harness/dataset-formats/langfuse-items.ts';
import {
  fromPromptfooCsv,
  fromPromptfooYaml,
  toPromptfooCsv,
  toPromptfooYaml,
} from '../../harness/dataset-formats/promptfoo-files.ts';
import { fromSweBench, toSweBench } from '../../harness/dataset-formats/swebench.ts';
import { type FieldMap, fromCsv, fromJsonLines, toCsv, toJsonLines } from '../../harness/dataset-formats/tables.ts';
import { CommandFailure, messageOf, UsageError } from '../../lib/errors.ts';
import { datasetItemsOf, type LangfuseSettings, putDataset } from '../../observability/langfuse-api.ts';
import { linesOf } from '../benchmark/benchmark-questions.ts';
import { exitCodes } from '../exit-codes.ts';
import { asUsage, readWholeFile } from '../input/json-lines-file.ts';
import { readSettings } from '../../application/read-settings.ts';
import { expectWritable, note, print, printJson } from '../terminal/output.ts';
import { writeDataset } from './write-dataset.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export const formats = ['promptfoo', 'langfuse', 'jsonl', 'csv', 'swebench'] as const;
export type Format = (typeof formats)[number];

type FileFormat = Exclude<Format, 'langfuse'>;
type Common = { format: Format; output?: string; map: FieldMap; force: boolean; json: boolean };
export type ImportOptions = Common & { repository?: string; ref?: string; route: string };
export type ExportOptions = Common & { to?: string };

/** @param source a file; of Langfuse the name of a dataset */
export async function importDataset(source: string, options: ImportOptions): Promise<number> {
  await expectOutput(options);
  const losses = new Losses();
  const defaults: ImportDefaults = {
    repository: repositoryFor(options),
    ref: options.ref ?? null,
    route: options.route,
  };
  const questions = await read(source, options, defaults, losses);
  if (questions.length === 0) throw new UsageError(`${source} has no questions`);
  const text = linesOf(questions);
  // Ids that stand twice are a mistake, whoever wrote them.
  asUsage(() => readAllQuestions(text, source));
  return deliver(text, { count: questions.length, what: source }, options, losses);
}

/** A folder that is named on the command line is relative to where that is; in the file it is relative to the file. */
function repositoryFor({ repository, output }: ImportOptions): string | null {
  if (repository === undefined) return null;
  if (repository.includes(':') || isAbsolute(repository)) return repository;
  return output === undefined ? resolve(repository) : relative(dirname(resolve(output)), resolve(repository)) || '.';
}

async function read(
  source: string,
  options: ImportOptions,
  defaults: ImportDefaults,
  losses: Losses,
): Promise<DatasetQuestion[]> {
  if (options.format === 'langfuse') {
    const items = await langfuse((settings) => datasetItemsOf(settings, source));
    return asUsage(() => items.flatMap((item) => fromLangfuseItem(item, defaults, losses) ?? []));
  }
  const text = await readWholeFile(source);
  const { format, map } = options;
  const readers: Record<FileFormat, () => DatasetQuestion[]> = {
    promptfoo: () => (isCsv(source) ? fromPromptfooCsv : fromPromptfooYaml)(text, source, defaults, losses),
    csv: () => fromCsv(text, source, map, defaults, losses),
    swebench: () => fromSweBench(text, source, defaults, losses),
    jsonl: () => fromJsonLines(text, source, map, defaults, losses),
  };
  return asUsage(readers[format]);
}

export async function exportDataset(file: string, options: ExportOptions): Promise<number> {
  await expectOutput(options);
  const text = await readWholeFile(file);
  const questions = asUsage(() => readAllQuestions(text, file));
  const losses = new Losses();
  const { format } = options;
  if (format === 'langfuse') return publish(file, questions, options);
  const written = write(questions, { ...options, format }, losses);
  return deliver(written, { count: questions.length, what: file }, options, losses);
}

function write(
  questions: readonly DatasetQuestion[],
  { format, output = '', map }: ExportOptions & { format: FileFormat },
  losses: Losses,
): string {
  const writers: Record<FileFormat, () => string> = {
    promptfoo: () => (isCsv(output) ? toPromptfooCsv : toPromptfooYaml)(questions),
    csv: () => toCsv(questions, map),
    swebench: () => toSweBench(questions, losses),
    jsonl: () => toJsonLines(questions, map),
  };
  return writers[format]();
}

const isCsv = (file: string): boolean => extname(file).toLowerCase() === '.csv';

async function publish(
  file: string,
  questions: readonly DatasetQuestion[],
  { to: name, json }: ExportOptions,
): Promise<number> {
  if (name === undefined) throw new UsageError('--format langfuse needs --to, the name of the dataset there');
  const items = questions.map((question) => toLangfuseItem(name, question));
  note(`sending ${items.length} items`);
  await langfuse((settings) => putDataset(settings, name, items));
  if (json) printJson({ file, dataset: name, questions: items.length, losses: [] } satisfies Printed<'dataset export'>);
  else print(`${name}: ${items.length} items in Langfuse; sent again, they are updated`);
  return exitCodes.worked;
}

async function langfuse<Result>(call: (settings: LangfuseSettings) => Promise<Result>): Promise<Result> {
  const settings = readSettings().traces.langfuse;
  if (settings === null) throw new UsageError('--format langfuse needs LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY');
  try {
    return await call(settings);
  } catch (error) {
    throw new CommandFailure(messageOf(error));
  }
}

async function expectOutput({ output, force }: Common): Promise<void> {
  if (output !== undefined && existsSync(output) && !force)
    throw new UsageError(`${output} is there already: give another -o, or --force to replace it`);
  await expectWritable(output);
}

async function deliver(
  text: string,
  { count, what }: { count: number; what: string },
  { output, json }: Common,
  losses: Losses,
): Promise<number> {
  if (output !== undefined) await writeDataset(output, text);
  const written = { source: what, file: output ?? null, questions: count, losses: losses.lines };
  if (json) printJson(written satisfies Printed<'dataset import'>);
  else if (output === undefined) print(text.trimEnd());
  else print(`${output}: ${count} questions`);
  if (json) return exitCodes.worked;
  for (const loss of losses.lines) note(`lost: ${loss}`);
  if (losses.lines.length === 0) note('nothing was lost');
  return exitCodes.worked;
}
