/** Replays what the worker has finished with the workflow code as it is now: `node replay.ts`. Ends with 1 where one differs. */
import { connectSwitchyard } from '@switchyard-dev/switchyard';
import { Worker } from '@temporalio/worker';
import { workflowCode } from './workflow-code.ts';

const { TEMPORAL_ADDRESS = '127.0.0.1:7233' } = process.env;
const settings = { TEMPORAL_ADDRESS, SWITCHYARD_TASK_QUEUE: 'own-worker-example' };
await using switchyard = await connectSwitchyard({ settings });
const query = `TaskQueue = '${switchyard.taskQueue}' AND ExecutionStatus = 'Completed'`;
const histories = switchyard.temporal.workflow.list({ query }).intoHistories();
for await (const { workflowId, error } of Worker.runReplayHistories(workflowCode, histories)) {
  process.stdout.write(`${workflowId}: ${error === undefined ? 'replays' : error.message}\n`);
  if (error !== undefined) process.exitCode = 1;
}
