/**
 * Loaded into a workflow thread before the SDK's code: one limit of time holds for all that an activation has the thread
 * do at once. The SDK sets a limit for each of its calls into the sandbox, about ten for an activation, and Node starts a
 * thread for every limit: half of the CPU of a workflow thread.
 *
 * 1. The limit is the SDK's own (`isolateExecutionTimeout`). Until the SDK has told it, and for whatever else the thread
 *    does, the SDK's limits stand as they are.
 * 2. An activation that takes longer fails as it does with the SDK: its workflow task fails, and the server has it tried
 *    again.
 * 3. Where the SDK talks to its threads in another way, nothing changes.
 */
import vm from 'node:vm';
import { parentPort } from 'node:worker_threads';

/** What the SDK's worker asks of its workflow threads, as far as it matters here. */
type Request = { requestId: unknown; input: { type: string; runId?: string; isolateExecutionTimeoutMs?: number } };
type Listener = (request: Request) => unknown;

const limitedRequests = new Set(['create-workflow', 'activate-workflow', 'dispose-workflow']);
const call = Symbol.for('switchyard.limited-call');
const calling = new vm.Script(`globalThis[Symbol.for('switchyard.limited-call')]()`);
const { runInContext } = vm.Script.prototype;

let limitMs: number | null = null;
let isLimited = false;

vm.Script.prototype.runInContext = function (this: vm.Script, context, options) {
  if (!isLimited) return runInContext.call(this, context, options);
  const { timeout: _, ...others } = options ?? {};
  return runInContext.call(this, context, others);
};

if (parentPort !== null) {
  const port = parentPort;
  const listen = port.on.bind(port) as (event: string, listener: Listener) => typeof port;
  port.on = ((event: string, listener: Listener) =>
    listen(
      event,
      event === 'message' ? limited(listener, (answer) => port.postMessage(answer)) : listener,
    )) as typeof port.on;
}

function limited(listener: Listener, answer: (answer: unknown) => void): Listener {
  return (request) => {
    const { type, isolateExecutionTimeoutMs } = request.input ?? {};
    if (type === 'init' && isolateExecutionTimeoutMs !== undefined) limitMs = isolateExecutionTimeoutMs;
    if (limitMs === null || !limitedRequests.has(type)) return listener(request);
    try {
      isLimited = true;
      Object.assign(globalThis, { [call]: () => listener(request) });
      return calling.runInThisContext({ timeout: limitMs });
    } catch (error) {
      answer(failed(request, error as Error));
    } finally {
      isLimited = false;
    }
  };
}

/** The listener was ended where it stood, so that it answers no more. */
function failed({ requestId, input: { type, runId } }: Request, { name, message, stack }: Error): unknown {
  if (type !== 'activate-workflow') return { requestId, result: { type: 'error', name, message, stack } };
  const completion = { runId, failed: { failure: { message, stackTrace: stack, source: 'TypeScriptSDK' } } };
  return { requestId, result: { type: 'ok', output: { type: 'activation-completion', completion } } };
}
