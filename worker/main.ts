/**
 * Enters a worker with Node's compile cache on, for this process, its threads and its children: a worker that follows a
 * killed one is up with a third less CPU. The command line turns it on for itself (client/bin.js). Its threads get a bound
 * of V8's young generation, unless the flags of the process have one: it would grow to 128 MB in each.
 */
import { constants, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { isPackaged, packageFolder } from '../lib/own-files.ts';
import { endWithParent } from '../lib/tied-child.ts';
import { userFolders } from '../lib/user-folders.ts';
import { wantsWorker } from './worker-arguments.ts';
import { startThreadAhead } from './workflow-threads.ts';

/** Not in the system's folder for temporary files: another user could leave code there that would run as ours. */
const folder = join(
  isPackaged ? userFolders(process.env).cache : join(packageFolder, 'node_modules', '.cache'),
  'node-compile',
);

if (process.env.NODE_COMPILE_CACHE === undefined) {
  // A folder that cannot be written leaves things as they are.
  if (enableCompileCache(folder).status === constants.compileCacheStatus.ENABLED)
    process.env.NODE_COMPILE_CACHE = folder;
}
const flags = [...process.execArgv, process.env.NODE_OPTIONS].join(' ');
if (!flags.includes('semi-space-size')) setFlagsFromString('--max-semi-space-size=16');
endWithParent();
if (wantsWorker()) {
  startThreadAhead();
  await import('./run-worker.ts');
}
