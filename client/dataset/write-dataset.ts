/** Writes a dataset so that a reader sees the whole of the old one or of the new one. */
import { chmod, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandFailure, messageOf } from '../../lib/errors.ts';
import { replaceFile, usualMode } from '../../lib/fs.ts';

/** A file that is there keeps its rights. @throws CommandFailure */
export async function writeDataset(file: string, text: string): Promise<void> {
  const path = resolve(file);
  try {
    const mode = await stat(path).then(
      (found) => found.mode & 0o777,
      () => usualMode(),
    );
    await replaceFile(path, text, { flush: true });
    await chmod(path, mode);
  } catch (error) {
    throw new CommandFailure(`${file} cannot be written: ${messageOf(error)}`);
  }
}
