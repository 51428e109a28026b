/**
 * One sandbox for the workflows of all scenes of a process: to read the bundle of workflows and its source map, compile it
 * and evaluate its modules takes longer than to answer a question. Workers of use share a sandbox among their workflows in
 * the same way. It has no limit of time: Node starts a thread for each call that has one.
 */
import { Worker, type WorkerOptions } from '@temporalio/worker';

type Sandbox = { destroy(): Promise<void> };
type Options = {
  debugMode: boolean;
  isolateExecutionTimeoutMs: number | undefined;
  activities: ReadonlyMap<string, unknown>;
  workflowBundle?: WorkerOptions['workflowBundle'];
};
/** The SDK's steps to a sandbox, which it keeps to itself. */
type Steps = {
  getOrCreateBundle(options: Options, ...rest: unknown[]): Promise<unknown>;
  createWorkflowCreator(bundle: unknown, options: Options, ...rest: unknown[]): Promise<Sandbox>;
};

const steps = Worker as unknown as Steps;
const { getOrCreateBundle, createWorkflowCreator } = steps;
const bundles = new Map<string, Promise<unknown>>();
const sandboxes = new Map<unknown, Map<string, Promise<Sandbox>>>();

steps.getOrCreateBundle = function (options, ...rest) {
  const make = () => getOrCreateBundle.call(this, options, ...rest);
  const bundle = options.workflowBundle;
  // The name of its file tells what it was made of.
  return bundle && 'codePath' in bundle ? kept(bundles, bundle.codePath, make) : make();
};

steps.createWorkflowCreator = function (bundle, options, ...rest) {
  if (!options.debugMode) return createWorkflowCreator.call(this, bundle, options, ...rest);
  const ofBundle = sandboxes.get(bundle) ?? new Map<string, Promise<Sandbox>>();
  sandboxes.set(bundle, ofBundle);
  return kept(ofBundle, [...options.activities.keys()].sort().join(), async () => {
    const unlimited = { ...options, isolateExecutionTimeoutMs: undefined };
    const sandbox = await createWorkflowCreator.call(this, bundle, unlimited, ...rest);
    // It ends with the process.
    return Object.assign(sandbox, { destroy: async () => {} });
  });
};

function kept<Made>(made: Map<string, Promise<Made>>, name: string, make: () => Promise<Made>): Promise<Made> {
  const there = made.get(name);
  if (there !== undefined) return there;
  const making = make();
  made.set(name, making);
  // What could not be made is tried again.
  making.catch(() => made.delete(name));
  return making;
}
