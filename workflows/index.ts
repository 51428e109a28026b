/** Every workflow by name: the entry of the workflow bundle. */
export { answerQuestion } from './answer-question/workflow.ts';
export { exportTraces } from './export-traces/workflow.ts';
export { deliverNotice } from './notices/deliver-notice.ts';
export { runBenchmark } from './benchmark/workflow.ts';
export { makeQuestions } from './make-questions/workflow.ts';
export { lookForReplies } from './look-for-replies.ts';
export { routeOnly } from './route-only.ts';
