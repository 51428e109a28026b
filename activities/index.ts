/** Every activity by name, over one set of dependencies. */
import { callSpecialist } from './agents/call-specialist.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { exportSpans, handOver } from './tracing/export-spans.ts';
import { findCandidates, phraseQuestion, proveQuestions } from './dataset/make-questions.ts';
import { judgeDraft } from './agents/judge-draft.ts';
import { nextQuestions } from './benchmark/next-questions.ts';
import { openBenchmark } from './benchmark/open-benchmark.ts';
import { openExperiment, scoreAnswer } from './tracing/experiments.ts';
import { openRepository, runTool, verifyCitations } from './repository.ts';
import { routeQuestion } from './agents/route-question.ts';
import { recordAnswer } from './benchmark/record-answer.ts';
import { rerankPlaces } from './agents/rerank-places.ts';
import { synthesize } from './agents/synthesize.ts';

export type Activities = ReturnType<typeof createActivities>;

/** @returns one function for each activity, by the name that workflows call it by */
export function createActivities(deps: ActivityDependencies) {
  return {
    openRepository: openRepository(deps),
    routeQuestion: routeQuestion(deps),
    callSpecialist: callSpecialist(deps),
    rerankPlaces: rerankPlaces(deps),
    runTool: runTool(deps),
    handOver: handOver(deps.traces),
    exportSpans: exportSpans(deps.traces),
    verifyCitations: verifyCitations(deps),
    judgeDraft: judgeDraft(deps),
    synthesize: synthesize(deps),
    openBenchmark: openBenchmark(deps.benchmarks),
    openExperiment: openExperiment(deps.benchmarks),
    nextQuestions: nextQuestions(deps.benchmarks),
    recordAnswer: recordAnswer(deps.benchmarks),
    scoreAnswer: scoreAnswer(deps.benchmarks),
    findCandidates: findCandidates(deps),
    phraseQuestion: phraseQuestion(deps),
    proveQuestions: proveQuestions(deps),
  };
}
