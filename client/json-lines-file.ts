/** Reads a file of JSON lines whole, or says which line is wrong. */
import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { systemErrorCode, UsageError } from './failures.ts';
import { printableLine } from './output.ts';

const maxBytes = 50_000_000;

/** @throws UsageError for the first line that does not fit, for an empty file and for one that cannot be read */
export async function readJsonLines<Row>(file: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const lines = (await readText(file)).split('\n');
  const rows = lines.flatMap((line, at) => (line.trim() === '' ? [] : [rowOf(line, `${file}:${at + 1}`, schema)]));
  if (rows.length === 0) throw new UsageError(`${file} has no lines`);
  return rows;
}

function rowOf<Row>(line: string, place: string, schema: z.ZodType<Row>): Row {
  const result = schema.safeParse(parsed(line, place));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw new UsageError(`${place}: ${path === '' ? '' : `${path}: `}${printableLine(issue?.message ?? 'does not fit')}`);
}

function parsed(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`${place}: is not JSON`);
  }
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw new UsageError(`${file} is too large (${size} bytes, at most ${maxBytes})`);
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new UsageError(code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${code})`);
  }
}
