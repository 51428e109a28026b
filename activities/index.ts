/** Every activity by name, over one set of dependencies. */
import type { Payment, RouteCall } from '../contracts/agent-calls.ts';
import { checkPlaces } from './check-places.ts';
import { applyRouter } from './agents/apply-router.ts';
import { callSpecialist } from './agents/call-specialist.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { whereHeld } from './held-elsewhere.ts';
import { leaveNotice, sendNotice } from './notices/notices.ts';
import { exportSpans, handOver } from './tracing/export-spans.ts';
import { findCandidates, phraseQuestion, proveQuestions } from './dataset/make-questions.ts';
import { findReplies } from './agents/find-replies.ts';
import { judgeDraft } from './agents/judge-draft.ts';
import { matchPackages } from './agents/match-packages.ts';
import { nextQuestions } from './benchmark/next-questions.ts';
import { openBenchmark } from './benchmark/open-benchmark.ts';
import { openExperiment, scoreAnswer } from './tracing/experiments.ts';
import { callForeignTool, noteForeignCall, openForeignTools } from './foreign-tools.ts';
import { checkEdit, openKnownRepository, openRepository, runTool, verifyCitations } from './repository.ts';
import { rewriteQuestion } from './agents/rewrite-question.ts';
import { routeQuestion } from './agents/route-question.ts';
import { recordAnswer } from './benchmark/record-answer.ts';
import { rerankPlaces } from './agents/rerank-places.ts';
import { synthesize } from './agents/synthesize.ts';

/** The activities by the names that workflows call them by. */
export type Activities = ReturnType<typeof createActivities>;

/** @returns one function for each activity, by the name that workflows call it by */
export function createActivities(deps: ActivityDependencies) {
  const ofPayment = (_: unknown, { store }: Payment) => store;
  // A router that is told nothing of the repository needs no store.
  const ofSearch = ({ snapshot }: RouteCall, { store }: Payment) => (snapshot === undefined ? undefined : store);
  const ofInput = ({ store }: { store?: string }) => store;
  const { holds } = deps;
  return {
    openRepository: whereHeld(holds, ofInput, openRepository(deps)),
    openKnownRepository: openKnownRepository(deps),
    routeQuestion: whereHeld(holds, ofSearch, routeQuestion(deps)),
    rewriteQuestion: rewriteQuestion(deps),
    checkPlaces: whereHeld(holds, ofInput, checkPlaces(deps)),
    applyRouter: whereHeld(holds, ofInput, applyRouter(deps)),
    matchPackages: whereHeld(holds, ofInput, matchPackages(deps)),
    callSpecialist: whereHeld(holds, ofPayment, callSpecialist(deps)),
    rerankPlaces: whereHeld(holds, ofPayment, rerankPlaces(deps)),
    runTool: whereHeld(holds, ofInput, runTool(deps)),
    openForeignTools: whereHeld(holds, ofInput, openForeignTools(deps)),
    callForeignTool: whereHeld(holds, ofInput, callForeignTool(deps)),
    noteForeignCall: whereHeld(holds, ofInput, noteForeignCall(deps)),
    handOver: handOver(deps.traces),
    exportSpans: exportSpans(deps.traces),
    leaveNotice: leaveNotice(deps.notices),
    sendNotice: sendNotice(deps.notices),
    verifyCitations: whereHeld(holds, ofInput, verifyCitations(deps)),
    checkEdit: whereHeld(holds, ofInput, checkEdit(deps)),
    judgeDraft: whereHeld(holds, ofPayment, judgeDraft(deps)),
    synthesize: whereHeld(holds, ofPayment, synthesize(deps)),
    findReplies: whereHeld(holds, ofInput, findReplies(deps)),
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
