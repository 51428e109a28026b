/** Every activity by name, over one set of dependencies. */
import { callSpecialist } from './agents/call-specialist.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { exportSpans } from './tracing/export-spans.ts';
import { judgeDraft } from './agents/judge-draft.ts';
import { nextQuestions } from './benchmark/next-questions.ts';
import { openBenchmark } from './benchmark/open-benchmark.ts';
import { openExperiment } from './tracing/open-experiment.ts';
import { openRepository } from './repository/open-repository.ts';
import { routeQuestion } from './agents/route-question.ts';
import { recordAnswer } from './benchmark/record-answer.ts';
import { rerankPlaces } from './agents/rerank-places.ts';
import { runTool } from './repository/run-tool.ts';
import { scoreAnswer } from './tracing/score-answer.ts';
import { startExport } from './tracing/start-export.ts';
import { synthesize } from './agents/synthesize.ts';
import { verifyCitations } from './repository/verify-citations.ts';

export type Activities = ReturnType<typeof createActivities>;

export function createActivities(needs: ActivityDependencies) {
  return {
    openRepository: openRepository(needs),
    routeQuestion: routeQuestion(needs),
    callSpecialist: callSpecialist(needs),
    rerankPlaces: rerankPlaces(needs),
    runTool: runTool(needs),
    startExport: startExport(needs.traces),
    exportSpans: exportSpans(needs.traces),
    verifyCitations: verifyCitations(needs),
    judgeDraft: judgeDraft(needs),
    synthesize: synthesize(needs),
    openBenchmark: openBenchmark(needs.benchmarks),
    openExperiment: openExperiment(needs.benchmarks),
    nextQuestions: nextQuestions(needs.benchmarks),
    recordAnswer: recordAnswer(needs.benchmarks),
    scoreAnswer: scoreAnswer(needs.benchmarks),
  };
}
