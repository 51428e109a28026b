/** Brings the run log that somebody reads up to date, where it is the export of a benchmark's. */
import { basename, dirname } from 'node:path';
import { existsSync } from 'node:fs';
import { runLogExportFile, RunLogStore } from '../../harness/run-log/run-log-store.ts';
import { CommandFailure, messageOf } from '../../lib/errors.ts';
import { note } from '../terminal/output.ts';

/** SQLITE_READONLY and SQLITE_CANTOPEN in SQLite's list of result codes. */
const notWritable = new Set<unknown>([8, 14]);

/**
 * Of a benchmark that runs, the file then holds what is recorded by now; any other file is left as it is.
 * @throws CommandFailure where the records cannot be read
 */
export function exportRunLog(file: string): void {
  const folder = dirname(file);
  if (basename(file) !== basename(runLogExportFile(folder))) return;
  try {
    using store = RunLogStore.existing(folder);
    store?.export();
  } catch (error) {
    const reason = messageOf(error);
    if (!existsSync(file) || !isOnlyNotWritable(error))
      throw new CommandFailure(`the records of ${folder} cannot be exported: ${reason}`);
    note(`${file} may lack the latest records: ${folder} cannot be written (${reason})`);
  }
}

function isOnlyNotWritable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The low byte is the result code, the others say more.
  if ('errcode' in error) return notWritable.has(Number(error.errcode) & 0xff);
  return 'code' in error && ['EACCES', 'EROFS', 'EPERM'].includes(String(error.code));
}
