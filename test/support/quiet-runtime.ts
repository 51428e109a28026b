/** Temporal's runtime with errors only. A process has one, which is installed before its first worker; import this first. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
// Where workflows run in the test's thread, the SDK's hook would be called for each promise of the test, too.
import '../../worker/thread-without-promise-stacks.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });
