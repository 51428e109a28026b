/** Puts the text of prompt files into a pipeline before it is checked. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { systemErrorCode } from '../../lib/errors.ts';
import { decodeText } from '../../lib/text-file.ts';
import type { LocatedMessage } from './pipeline-mistakes.ts';

/** More than the longest prompt can have, in bytes of UTF-8. */
const maxBytes = 100_000;

/**
 * Replaces `promptFile` of each specialist by the `prompt` in that file, in place.
 * A prompt file is named relative to the pipeline file and must lie in its folder, links resolved.
 */
export async function resolvePromptFiles(spec: unknown, pipelineFile: string): Promise<LocatedMessage[]> {
  if (!isObject(spec) || !Array.isArray(spec.specialists)) return [];
  const mistakes: LocatedMessage[] = [];
  for (const [at, specialist] of spec.specialists.entries()) {
    if (!isObject(specialist) || !('promptFile' in specialist)) continue;
    const problem = await resolveOne(specialist, dirname(pipelineFile));
    if (problem === null) continue;
    mistakes.push({ path: ['specialists', at, 'promptFile'], message: problem });
    // A stand-in, so that the schema does not complain of the same mistake once more.
    specialist.prompt ??= 'unreadable';
  }
  return mistakes;
}

async function resolveOne(specialist: Record<string, unknown>, folder: string): Promise<string | null> {
  const { promptFile } = specialist;
  delete specialist.promptFile;
  if ('prompt' in specialist) return 'give prompt or promptFile, not both';
  if (typeof promptFile !== 'string' || promptFile === '') return 'must name a file';
  const read = await readPrompt(folder, promptFile);
  if ('problem' in read) return read.problem;
  specialist.prompt = read.text;
  return null;
}

async function readPrompt(folder: string, name: string): Promise<{ text: string } | { problem: string }> {
  const read = await readBeside(folder, name, { what: 'a prompt', maxBytes });
  return 'text' in read && read.text.trim() === '' ? { problem: `the prompt file "${name}" is empty` } : read;
}

/** The text of a file in the pipeline's folder, links resolved; or why there is none. */
export async function readBeside(
  folder: string,
  name: string,
  { what, maxBytes: most }: { what: string; maxBytes: number },
): Promise<{ text: string } | { problem: string }> {
  try {
    const path = await realpath(resolve(folder, name));
    const inside = relative(await realpath(folder), path);
    if (inside.split(sep)[0] === '..' || isAbsolute(inside) || isAbsolute(name))
      return { problem: `"${name}" is outside the pipeline's folder` };
    const { size } = await stat(path);
    if (size > most) return { problem: `"${name}" is too long for ${what} (${size} bytes)` };
    return { text: decodeText(await readFile(path)) };
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    return { problem: code === 'ENOENT' ? `there is no file "${name}"` : `"${name}" cannot be read (${code})` };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
