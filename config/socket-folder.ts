/** Makes sure that the folder of a runtime's socket belongs to this user alone, so that nobody else can answer there. */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';

/**
 * Creates the folder (0700) where it is missing, and checks its owner.
 * @throws Error when it is a link, no folder, or owned by another user.
 */
export function ensureOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder: remove it, or set SWITCHYARD_HOME elsewhere`);
  const user = process.getuid?.();
  if (user !== undefined && found.uid !== user) {
    throw new Error(`${folder} belongs to another user: set SWITCHYARD_HOME to a folder of your own`);
  }
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}
