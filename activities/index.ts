/** Every activity by name, over one set of dependencies. */
import type { Payment, RouteCall } from '../contracts/agent-calls.ts';
import { checkPlaces } from './check-places.ts';
import { callSpecialist } from './agents/call-specialist.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { whereHeld } from './held-elsewhere.ts';
import { leaveNotice, sendNotice } from './notices/notices.ts';
import { exportSpans, handOver } from './tracing/export-spans.ts';
import { findReplies } from './agents/find-replies.ts';
import { judgeDraft } from './agents/judge-draft.ts';
import { matchPackages } from './agents/match-packages.ts';
import { callForeignTool, noteForeignCall, openForeignTools } from './foreign-tools.ts';
import { checkEdit, openKnownRepository, openRepository, runTool, verifyCitations } from './repository.ts';
import { rewriteQuestion } from './agents/rewrite-question.ts';
import { routeQuestion } from './agents/route-question.ts';
import { rerankPlaces } from './agents/rerank-places.ts';
import { synthesize } from './agents/synthesize.ts';

/** The activities by the names that workflows call them by. */
export type Activities = ReturnType<typeof createActivities>;

const ofInput = ({ store }: { store?: string }) => store;

/** @returns one function for each activity, by the name that workflows call it by */
export function createActivities(deps: ActivityDependencies) {
  const ofPayment = (_: unknown, { store }: Payment) => store;
  // A router that is told nothing of the repository needs no store.
  const ofSearch = ({ snapshot }: RouteCall, { store }: Payment) => (snapshot === undefined ? undefined : store);
  const { holds } = deps;
  return {
    openRepository: whereHeld(holds, ofInput, openRepository(deps)),
    openKnownRepository: openKnownRepository(deps),
    routeQuestion: whereHeld(holds, ofSearch, routeQuestion(deps)),
    rewriteQuestion: rewriteQuestion(deps),
    checkPlaces: whereHeld(holds, ofInput, checkPlaces(deps)),
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
    ...activitiesOfFew(deps),
  };
}

/** Those of benchmarks, datasets and fitted routers: a sixth of our modules, without which a worker starts. */
function activitiesOfFew(deps: ActivityDependencies) {
  const { benchmarks, holds } = deps;
  const apply = atFirstCall(async () => (await import('./agents/apply-router.ts')).applyRouter(deps));
  return {
    applyRouter: whereHeld(holds, ofInput, apply),
    openBenchmark: atFirstCall(async () => (await import('./benchmark/open-benchmark.ts')).openBenchmark(benchmarks)),
    openExperiment: atFirstCall(async () => (await import('./tracing/experiments.ts')).openExperiment(benchmarks)),
    nextQuestions: atFirstCall(async () => (await import('./benchmark/next-questions.ts')).nextQuestions(benchmarks)),
    recordAnswer: atFirstCall(async () => (await import('./benchmark/record-answer.ts')).recordAnswer(benchmarks)),
    scoreAnswer: atFirstCall(async () => (await import('./tracing/experiments.ts')).scoreAnswer(benchmarks)),
    findCandidates: atFirstCall(async () => (await import('./dataset/make-questions.ts')).findCandidates(deps)),
    phraseQuestion: atFirstCall(async () => (await import('./dataset/make-questions.ts')).phraseQuestion(deps)),
    proveQuestions: atFirstCall(async () => (await import('./dataset/make-questions.ts')).proveQuestions(deps)),
  };
}

/** An activity whose code is loaded with its first call. */
function atFirstCall<Input extends unknown[], Result>(
  load: () => Promise<(...input: Input) => Promise<Result>>,
): (...input: Input) => Promise<Result> {
  let loaded: ReturnType<typeof load> | null = null;
  return async (...input) => {
    loaded ??= load();
    return (await loaded)(...input);
  };
}
