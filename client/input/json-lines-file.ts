/** Reads a file of JSON lines whole, or says which line is wrong. */
import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { LogProblem } from '../../harness/graded-trial.ts';
import { LineProblem, readJsonLine } from '../../harness/json-lines.ts';
import { UsageError } from '../../lib/errors.ts';
import { decodeText } from '../../lib/text-file.ts';
import { clearBytes } from '../../application/clear-content.ts';
import { unreadable } from './lines-of-file.ts';

const maxBytes = 50_000_000;

/** @throws UsageError for the first line that does not fit, for an empty file and for one that cannot be read */
export async function readJsonLines<Row>(file: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const lines = (await readWholeFile(file)).split('\n');
  const rows = asUsage(() =>
    lines.flatMap((line, at) => (line.trim() === '' ? [] : [readJsonLine(line, `${file}:${at + 1}`, schema)])),
  );
  if (rows.length === 0) throw new UsageError(`${file} has no lines`);
  return rows;
}

/** What is wrong with a file that somebody named, in a line or as a whole, is a mistake in the command. */
export function asUsage<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof LineProblem || error instanceof LogProblem) throw new UsageError(error.message);
    throw error;
  }
}

/** @throws UsageError for a file of more than 50 MB, and for one that cannot be read */
export async function readWholeFile(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw new UsageError(`${file} is too large (${size} bytes, at most ${maxBytes})`);
    return decodeText(clearBytes(await readFile(file)));
  } catch (error) {
    throw unreadable(error, file);
  }
}
