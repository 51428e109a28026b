/** Node's compile cache, for this process, its threads and its children. Imported before all that is worth compiling once. */
import { constants, enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Not in the system's folder for temporary files: another user could leave code there that would run as ours. */
const folder = fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url));

/** A folder that cannot be written leaves things as they are. */
export function keepCompiledCode(): void {
  if (process.env.NODE_COMPILE_CACHE !== undefined) return;
  if (enableCompileCache(folder).status === constants.compileCacheStatus.ENABLED)
    process.env.NODE_COMPILE_CACHE = folder;
}

/** Writes what was compiled so far, which Node does at the end of a process only: one that is killed would leave nothing. */
export function writeCompiledCode(): void {
  flushCompileCache();
}
