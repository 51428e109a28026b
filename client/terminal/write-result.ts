/** Writes a result to a file that a person named. */
import { writeFile } from 'node:fs/promises';
import { CommandFailure, systemErrorCode } from '../../lib/errors.ts';

/** @throws CommandFailure for a file that cannot be written */
export async function writeResult(file: string, content: string | readonly string[]): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    const code = systemErrorCode(error);
    throw code === null ? error : new CommandFailure(`${file} cannot be written (${code})`);
  }
}
