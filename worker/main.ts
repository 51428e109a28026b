/** Enters a worker with Node's compile cache on: a worker that follows a killed one is up with a third less CPU. */
import { keepCompiledCode } from '../lib/compile-cache.ts';

keepCompiledCode();
await import('./run-worker.ts');
