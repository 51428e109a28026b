/** Finds a pipeline by name or file, and reads it whole or says everything that is wrong with it. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { toolNames } from '../../contracts/names.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';
import { pipelineMistakes } from '../../contracts/pipeline-rules.ts';
import { systemErrorCode } from '../../lib/errors.ts';
import { schemaIssue } from '../../lib/schema-issue.ts';
import { decodeText } from '../../lib/text-file.ts';
import { InvalidInput } from '../errors.ts';
import { readSettings } from '../read-settings.ts';
import { type LocatedMessage, locate, messagesOf, mistakeLine, type PipelineMistake } from './pipeline-mistakes.ts';
import { resolveFittedFile } from './fitted-file.ts';
import { resolvePromptFiles } from './prompt-files.ts';
import { shippedFolder, shippedPipelines } from './shipped-pipelines.ts';

const maxBytes = 2_000_000;

/** Those that hold a program's own tools; those of the environment's settings unless given. */
type ToolModules = readonly string[] | undefined;

export type PipelineReading = { spec: PipelineSpec } | { mistakes: PipelineMistake[] };

/**
 * The file of a pipeline: a path where it looks like one or is one, else a shipped name.
 * @throws InvalidInput for an unknown name
 */
export async function pipelineFile(nameOrFile: string): Promise<string> {
  if (/[/\\]|\.json$/.test(nameOrFile) || existsSync(nameOrFile)) return resolve(nameOrFile);
  const names = await shippedPipelines();
  if (names.includes(nameOrFile)) return resolve(shippedFolder, `${nameOrFile}.json`);
  throw new InvalidInput(
    'pipeline',
    `there is no pipeline "${nameOrFile}": take one of ${names.join(', ')}, or give the path of a pipeline file`,
  );
}

/**
 * Reads and checks a pipeline file; prompt files are resolved first, defaults are filled in.
 * @throws InvalidInput when the file cannot be read
 */
export async function readPipelineFile(file: string, modules?: ToolModules): Promise<PipelineReading> {
  const text = await readText(file);
  const parsed = parseJson(text);
  if ('mistake' in parsed) return { mistakes: [parsed.mistake] };
  const messages = [
    ...(await resolvePromptFiles(parsed.value, file)),
    ...(await resolveFittedFile(parsed.value, file)),
  ];
  const checked = PipelineSpec.safeParse(parsed.value, { error: schemaIssue });
  if (!checked.success) {
    messages.push(...messagesOf(checked.error.issues));
    messages.push(
      ...crossMistakes(parsed.value).filter((one) => !messages.some((other) => isDeepStrictEqual(one, other))),
    );
  }
  messages.push(...(await unknownTools(parsed.value, modules)));
  return checked.success && messages.length === 0 ? { spec: checked.data } : { mistakes: locate(messages, text) };
}

/**
 * The pipeline of a name or file.
 * @throws InvalidInput in one line; where there are several mistakes it names the first and how to see all
 */
export async function loadPipeline(nameOrFile: string, modules?: ToolModules): Promise<PipelineSpec> {
  const file = await pipelineFile(nameOrFile);
  const reading = await readPipelineFile(file, modules);
  if ('spec' in reading) return reading.spec;
  const [first, ...others] = reading.mistakes;
  const more = others.length === 0 ? '' : ` (and ${others.length} more: switchyard pipeline check ${nameOrFile})`;
  throw new InvalidInput(
    'pipeline',
    `${first === undefined ? `${file} is not a pipeline` : mistakeLine(file, first)}${more}`,
  );
}

/**
 * A pipeline of a program, checked like a file; prompts stand in it.
 * @throws InvalidInput with every mistake, in one line
 */
export async function checkedPipeline(given: unknown, modules?: ToolModules): Promise<PipelineSpec> {
  const checked = PipelineSpec.safeParse(given);
  const messages = [
    ...(checked.success ? [] : messagesOf(checked.error.issues)),
    ...(await unknownTools(given, modules)),
  ];
  if (checked.success && messages.length === 0) return checked.data;
  const mistakes = locate(messages, '{}').map((mistake) => mistakeLine('pipeline', { ...mistake, line: null }));
  throw new InvalidInput('pipeline', mistakes.join('; '));
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw new InvalidInput('pipeline', `${file} is too large for a pipeline (${size} bytes)`);
    return decodeText(await readFile(file));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new InvalidInput(
      'pipeline',
      code === 'ENOENT' ? `there is no pipeline file ${file}` : `the pipeline file ${file} cannot be read (${code})`,
    );
  }
}

function parseJson(text: string): { value: unknown } | { mistake: PipelineMistake } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const line = /\(line (\d+)/.exec(error.message)?.[1];
    const message = `is not JSON: ${error.message.replace(/\s+/g, ' ')}`;
    return { mistake: { path: '', line: line === undefined ? null : Number(line), message } };
  }
}

/** The rules over several fields, which the schema holds back while a field is wrong: as far as their fields are there. */
function crossMistakes(value: unknown): LocatedMessage[] {
  const names = listAt(value, 'specialists').map((each, at) => {
    const name = fieldOf(each, 'name');
    // A name that is missing is none that is there twice.
    return { name: typeof name === 'string' ? name : `specialist ${at + 1}` };
  });
  const router = fieldOf(value, 'router') ?? null;
  if (router === null) return pipelineMistakes({ specialists: names, router });
  const fallback = fieldOf(router, 'fallback');
  // Any name that is there stands in for a fallback that is missing, which the schema has told.
  const known = typeof fallback === 'string' ? fallback : (names[0]?.name ?? '');
  // What its other fields say is told once the schema has read them.
  return names.length === 0 ? [] : pipelineMistakes({ specialists: names, router: { fallback: known } });
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** A specialist that is given a tool that nobody has would only get tool errors. */
async function unknownTools(value: unknown, modules: ToolModules): Promise<LocatedMessage[]> {
  const ours: readonly string[] = toolNames;
  const named = listAt(value, 'specialists').flatMap((specialist, at) =>
    listAt(specialist, 'tools').map((tool, index) => ({ tool, path: ['specialists', at, 'tools', index] })),
  );
  const others = named.filter(({ tool }) => typeof tool === 'string' && !ours.includes(tool));
  if (others.length === 0) return [];
  const known = [...ours, ...(await ownToolNames(modules))];
  return others
    .filter(({ tool }) => !known.includes(String(tool)))
    .map(({ tool, path }) => ({ path, message: `there is no tool "${tool}"; there are ${known.join(', ')}` }));
}

/** The tools of the modules that SWITCHYARD_TOOLS names. @throws InvalidInput for one that cannot be used */
async function ownToolNames(toolModules: ToolModules = readSettings().toolModules): Promise<string[]> {
  if (toolModules.length === 0) return [];
  const { loadOwnTools, ToolModuleProblem } = await import('../../retrieval/tools/own-tools.ts');
  try {
    return Object.keys(await loadOwnTools(toolModules));
  } catch (error) {
    if (!(error instanceof ToolModuleProblem)) throw error;
    throw new InvalidInput('settings', `SWITCHYARD_TOOLS: ${error.message}`);
  }
}

function listAt(value: unknown, key: string): unknown[] {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : [];
}
