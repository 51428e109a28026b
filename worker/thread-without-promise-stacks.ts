/** Loaded into a workflow thread before the SDK's code: the SDK gets no hook for promises; see workflow-threads.ts. */
import v8 from 'node:v8';

v8.promiseHooks.createHook = () => () => {};
