/** A program with a Temporal worker of its own, which answers questions, too. SIGTERM lets calls in flight finish. */
import { fileURLToPath } from 'node:url';
import { createSwitchyard } from '@switchyard-dev/switchyard';
import { Worker } from '@temporalio/worker';

const taskQueue = 'own-worker-example';

export async function fileAnswer(kind: string, answer: string | null): Promise<string> {
  return `filed (${kind}): ${answer}`;
}

if (import.meta.main) {
  await using switchyard = await createSwitchyard({ taskQueue });
  const worker = await Worker.create({
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    activities: { fileAnswer },
    plugins: [switchyard.plugin],
  });
  process.stdout.write(`worker ready on ${taskQueue}\n`);
  await worker.run();
}
