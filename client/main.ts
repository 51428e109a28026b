/** Enters the command line with Node's compile cache on: a command then takes about a sixth less CPU. */
import { keepCompiledCode } from '../lib/compile-cache.ts';

keepCompiledCode();
const { runAsProcess } = await import('./command-line.ts');
await runAsProcess();
