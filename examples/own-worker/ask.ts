/** Asks by one of the program's workflows: `node ask.ts askAndFile "QUESTION" FOLDER_OR_URL [ID]`. */
import { connectSwitchyard, InvalidInput } from '@switchyard-dev/switchyard';

const [type = 'askAndFile', question = '', repo = '.', workflowId = `${type}-${Date.now()}`] = process.argv.slice(2);
const { TEMPORAL_ADDRESS = '127.0.0.1:7233' } = process.env;
const settings = { TEMPORAL_ADDRESS, SWITCHYARD_TASK_QUEUE: 'own-worker-example' };
await using switchyard = await connectSwitchyard({ settings });
try {
  const args = [await switchyard.input(question, { repo })];
  const { workflow } = switchyard.temporal;
  const result: unknown = await workflow.execute(type, { args, workflowId, taskQueue: switchyard.taskQueue });
  process.stdout.write(`${typeof result === 'string' ? result : JSON.stringify(result)}\n`);
} catch (error) {
  if (!(error instanceof InvalidInput)) throw error;
  process.stderr.write(`${error.field}: ${error.message}\n`);
  process.exitCode = 2;
}
