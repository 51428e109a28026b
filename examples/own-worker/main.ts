/** A program with a Temporal worker of its own, and Switchyard's beside it in the same process. */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { startSwitchyard } from '../../worker/switchyard.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const taskQueue = 'own-worker-example';

export async function fileAnswer(kind: string, answer: string | null): Promise<string> {
  return `filed (${kind}): ${answer}`;
}

await using switchyard = await startSwitchyard({ settings: { SWITCHYARD_TASK_QUEUE: `${taskQueue}-answers` } });
const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowsPath: here('./workflows.ts'),
  activities: { fileAnswer },
});
const input = await switchyard.input('When does boil throw KETTLE_EMPTY?', { repo: here('../kettle') });
const filed = await worker.runUntil(
  switchyard.client.workflow.execute('askAndFile', {
    args: [input, switchyard.taskQueue],
    taskQueue,
    workflowId: `own-worker-${Date.now()}`,
  }),
);
process.stdout.write(`${filed}\n`);
await connection.close();
