/** Temporal's runtime with errors only. A process has one, which is installed before its first worker; import this first. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });
