/** Every workflow by name: the entry of the workflow bundle. */
export { answerQuestion } from './answer-question/workflow.ts';
export { exportTrace } from './export-trace.ts';
export { runBenchmark } from './benchmark/workflow.ts';
export { routeOnly } from './route-only.ts';
