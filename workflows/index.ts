/** Every workflow by name: the entry of the workflow bundle. */
export { answerQuestion } from './answer-question.ts';
export { exportTrace } from './export-trace.ts';
export { runBenchmark } from './run-benchmark.ts';
export { routeOnly } from './route-only.ts';
