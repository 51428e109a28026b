/** Reads a text file line by line, however large it is. */
import { type FileHandle, open } from 'node:fs/promises';
import { systemErrorCode, UsageError } from '../../lib/errors.ts';
import { encodingOf } from '../../lib/text-file.ts';

/** @throws UsageError for a file that cannot be read */
export async function* linesOfFile(file: string): AsyncGenerator<string> {
  try {
    await using handle = await open(file);
    if (!(await handle.stat()).isFile()) throw new UsageError(`${file} is not a file`);
    yield* linesOf(handle);
  } catch (error) {
    throw unreadable(error, file);
  }
}

/** Only a line feed ends a line: JSON may hold the line separators of Unicode as they are. */
async function* linesOf(handle: FileHandle): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let rest = '';
  const stream: AsyncIterable<Buffer> = handle.createReadStream({ autoClose: false });
  for await (const bytes of stream) {
    decoder ??= new TextDecoder(encodingOf(bytes));
    const [first = '', ...others] = decoder.decode(bytes, { stream: true }).split('\n');
    rest += first;
    for (const next of others) {
      yield rest.replace(/\r$/, '');
      rest = next;
    }
  }
  rest += decoder?.decode() ?? '';
  if (rest !== '') yield rest.replace(/\r$/, '');
}

/** The same failure in words, if it is one of the file system. */
export function unreadable(error: unknown, file: string): unknown {
  const code = systemErrorCode(error);
  if (code === null) return error;
  return new UsageError(code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${code})`);
}
