/** Reads a text file line by line, however large it is. */
import { open } from 'node:fs/promises';
import { systemErrorCode, UsageError } from '../../lib/errors.ts';

/** @throws UsageError for a file that cannot be read */
export async function* linesOfFile(file: string): AsyncGenerator<string> {
  try {
    await using handle = await open(file);
    if (!(await handle.stat()).isFile()) throw new UsageError(`${file} is not a file`);
    yield* handle.readLines();
  } catch (error) {
    throw unreadable(error, file);
  }
}

/** The same failure in words, if it is one of the file system. */
export function unreadable(error: unknown, file: string): unknown {
  const code = systemErrorCode(error);
  if (code === null) return error;
  return new UsageError(code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${code})`);
}
