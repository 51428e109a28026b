/**
 * Enters a worker with Node's compile cache on, for this process, its threads and its children: a worker that follows a
 * killed one is up with a third less CPU. The command line turns it on for itself (client/bin.js). Its threads get a bound
 * of V8's young generation, unless the flags of the process have one: it would grow to 128 MB in each.
 */
import { constants, enableCompileCache } from 'node:module';
import { extname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

if (process.env.NODE_COMPILE_CACHE === undefined) {
  const folder = join(await cacheFolder(), 'node-compile');
  // A folder that cannot be written leaves things as they are.
  if (enableCompileCache(folder).status === constants.compileCacheStatus.ENABLED)
    process.env.NODE_COMPILE_CACHE = folder;
}
const flags = [...process.execArgv, process.env.NODE_OPTIONS].join(' ');
if (!flags.includes('semi-space-size')) setFlagsFromString('--max-semi-space-size=16');
// What is imported from here on comes out of the cache.
const { endWithParent } = await import('../lib/tied-child.ts');
const { wantsWorker } = await import('./worker-arguments.ts');
const { startThreadAhead } = await import('./workflow-threads.ts');
endWithParent();
if (wantsWorker()) {
  startThreadAhead();
  await import('./run-worker.ts');
}

/** Not in the system's folder for temporary files: another user could leave code there that would run as ours. */
async function cacheFolder(): Promise<string> {
  const isPackaged = extname(import.meta.filename) === '.js';
  if (!isPackaged) return join(import.meta.dirname, '..', 'node_modules', '.cache');
  const { userFolders } = await import('../lib/user-folders.ts');
  return userFolders(process.env).cache;
}
