/** A worker for bench/answers/many-questions.ts: the real activities of benchmarks, and a stub that answers. */
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { nextQuestions } from '../../activities/benchmark/next-questions.ts';
import { openBenchmark } from '../../activities/benchmark/open-benchmark.ts';
import { openExperiment } from '../../activities/tracing/experiments.ts';
import { recordAnswer } from '../../activities/benchmark/record-answer.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { checkoutFolder, loadConfig } from '../../config/load-config.ts';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import { noOwnTools } from '../../retrieval/tools/own-tools.ts';
import { createRetrieval } from '../../retrieval/repository.ts';
import { benchmarksOf } from '../../worker/benchmarks.ts';
import { namedServer } from '../../runtime/host/server-address.ts';
import { installTemporalRuntime } from '../../worker/temporal-runtime.ts';
import { traceExportOf } from '../../worker/traces/trace-export.ts';

const config = loadConfig(process.env);
installTemporalRuntime(createLogger({ level: 'error', file: null, redactor: createRedactor([]) }), null);
const server = namedServer(config);
const connection = await NativeConnection.connect(server.connectionOptions);
const client = new Client({ connection, namespace: server.namespace });
const stores = {
  content: createContentStore(dataPaths(config.dataDirectory).content),
  retrieval: createRetrieval({ dataDirectory: config.dataDirectory }),
};
const needs = benchmarksOf(config, client, traceExportOf(config, server, client).exportOver(stores), noOwnTools);
const activities = {
  openBenchmark: openBenchmark(needs),
  openExperiment: openExperiment(needs),
  nextQuestions: nextQuestions(needs),
  recordAnswer: recordAnswer(needs),
};
const workflowsPath = join(checkoutFolder, 'bench/answers/many-questions-workflows.ts');
const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
const worker = await Worker.create({
  connection,
  namespace: server.namespace,
  taskQueue: config.taskQueue,
  workflowBundle,
  activities,
  maxCachedWorkflows: 100,
});
process.stdout.write('worker ready\n');
await worker.run();
