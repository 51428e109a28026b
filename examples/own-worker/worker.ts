/** A program with a Temporal worker of its own, which answers questions, too. SIGTERM lets calls in flight finish. */
import { createSwitchyard } from '@switchyard-dev/switchyard';
import { Worker } from '@temporalio/worker';
import { workflowCode } from './workflow-code.ts';

const taskQueue = 'own-worker-example';

export async function fileAnswer(kind: string, answer: string | null): Promise<string> {
  return `filed (${kind}): ${answer}`;
}

if (import.meta.main) {
  await using switchyard = await createSwitchyard({ taskQueue });
  const worker = await Worker.create({
    taskQueue,
    ...workflowCode,
    activities: { fileAnswer },
    plugins: [switchyard.plugin],
  });
  process.stdout.write(`worker ready on ${taskQueue}\n`);
  await worker.run();
}
