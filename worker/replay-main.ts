/** Command: reads histories as JSON lines from stdin, replays each with the workflow code as it is now, prints one JSON line for each. */
import { createInterface } from 'node:readline';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { dataPaths } from '../config/data-paths.ts';
import { loadConfig } from '../config/load-config.ts';
import type { ReplayTask, ReplayVerdict } from '../contracts/replay.ts';
import { messageOf } from '../lib/errors.ts';
import { workflowBundle } from './workflow-bundle.ts';

async function* tasks(): AsyncGenerator<{ workflowId: string; history: ReturnType<typeof historyFromJSON> }> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { workflowId, history } = JSON.parse(line) as ReplayTask;
    yield { workflowId, history: historyFromJSON(history) };
  }
}

/** Temporal says it inside of the picture of a failure. */
function firstDifference(message: string): string {
  const said = /message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1];
  return said?.replaceAll('\\"', '"') ?? message;
}

try {
  // What differs is said in the verdict.
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => {}),
    telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
  });
  const { dataDirectory } = loadConfig(process.env);
  const bundle = { workflowBundle: await workflowBundle(dataPaths(dataDirectory).cache) };
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(bundle, tasks())) {
    const verdict: ReplayVerdict = {
      workflowId,
      runId,
      difference: error === undefined ? null : firstDifference(messageOf(error)),
    };
    process.stdout.write(`${JSON.stringify(verdict)}\n`);
  }
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
