/** A worker and a client in one process, for the server that TEMPORAL_AT names. */
import { Client, Connection } from '@temporalio/client';
import { makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { questionOf, serve } from '../serve.ts';

/** @param workflowsPath holds the workflow `name`, which takes the run's id and its question */
export async function serveWorkflow(name: string, workflowsPath: string, activities: object): Promise<void> {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ shutdownSignals: [], telemetryOptions: { logging: { filter, forward: {} } } });
  const address = process.env.TEMPORAL_AT ?? '127.0.0.1:7233';
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue: name,
    activities,
    workflowsPath,
    maxConcurrentActivityTaskExecutions: 100,
  });
  worker.run().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
  const client = new Client({ connection: await Connection.connect({ address }) });
  serve((id) => client.workflow.execute(name, { taskQueue: name, workflowId: id, args: [id, questionOf(id)] }));
}
