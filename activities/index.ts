/** Every activity by name, over one set of dependencies. */
import { callSpecialist } from './call-specialist.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { exportSpans } from './export-spans.ts';
import { judgeDraft } from './judge-draft.ts';
import { nextQuestions } from './next-questions.ts';
import { openBenchmark } from './open-benchmark.ts';
import { openExperiment } from './open-experiment.ts';
import { openRepository } from './open-repository.ts';
import { routeQuestion } from './route-question.ts';
import { recordAnswer } from './record-answer.ts';
import { rerankPlaces } from './rerank-places.ts';
import { runTool } from './run-tool.ts';
import { scoreAnswer } from './score-answer.ts';
import { startExport } from './start-export.ts';
import { synthesize } from './synthesize.ts';
import { verifyCitations } from './verify-citations.ts';

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
