/** Command: reads judging tasks as JSON lines from stdin, asks the model of the settings, prints one JSON line for each. */
import { createInterface } from 'node:readline';
import { loadConfig } from '../config/load-config.ts';
import { JudgingTask } from '../contracts/dataset.ts';
import { judgeAnswer } from './judge-answer.ts';
import { openModel } from './model-endpoint.ts';
import { messageOf } from '../lib/errors.ts';

const atOnce = 4;

try {
  await using endpoint = await openModel(loadConfig(process.env));
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  // Each takes the next line when it is free.
  const judgeOn = async () => {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      const result = await judgeAnswer(endpoint.model, JudgingTask.parse(JSON.parse(next.value)));
      process.stdout.write(`${JSON.stringify(result)}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, judgeOn));
} catch (error) {
  process.stderr.write(`judge: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
