/**
 * Where workflows run in the test's thread, the SDK's limit of time for each of its calls into the sandbox is 49 days. Node
 * starts a thread for every limit, which takes longer than the call: without one that nobody waits for there is no thread.
 */
import vm from 'node:vm';

/** What the SDK sets in its debug mode, in milliseconds. */
const endless = 2 ** 32 - 1;
const { runInContext } = vm.Script.prototype;

vm.Script.prototype.runInContext = function (this: vm.Script, context, options) {
  if (options?.timeout !== endless) return runInContext.call(this, context, options);
  const { timeout: _, ...others } = options;
  return runInContext.call(this, context, others);
};
