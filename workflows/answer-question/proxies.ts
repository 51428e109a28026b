/**
 * The activities of a question as the workflow sees them, and the time limits that the server holds them to. How often
 * each is attempted, and how long all attempts may work, is decided where they run (activities/attempts.ts): the server
 * would count attempts that were lost with a worker, and time without one.
 */
import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { DoesNotFit } from '../../contracts/agent-calls.ts';
import { backstop, toolSeconds } from '../../contracts/names.ts';
import type { CallLimits } from '../../contracts/run.ts';

/** Activities that ask a model: each call is granted what it may use. */
export type ModelActivity =
  | 'routeQuestion'
  | 'callSpecialist'
  | 'judgeDraft'
  | 'synthesize'
  | 'rerankPlaces'
  | 'rewriteQuestion'
  | 'phraseQuestion';
/** Activities that work on the repository, and cost nothing. */
export type ToolActivity =
  | 'openRepository'
  | 'applyRouter'
  | 'matchPackages'
  | 'runTool'
  | 'verifyCitations'
  | 'checkEdit'
  | 'checkPlaces'
  | 'findCandidates'
  | 'proveQuestions'
  | 'openForeignTools'
  | 'callForeignTool'
  | 'noteForeignCall';

export type InputOf<Name extends ModelActivity | ToolActivity> = Parameters<Activities[Name]>[0];
export type ResultOf<Name extends ModelActivity | ToolActivity> = Exclude<
  Awaited<ReturnType<Activities[Name]>>['result'],
  DoesNotFit
>;

export type Proxies = ReturnType<typeof activitiesWithin>;

/** Seconds that an attempt may take beyond the HTTP time-out, so that the true error is what is recorded. */
export const marginSeconds = 15;

/** Those that do nothing beside their model's call. */
type AsksAlone = 'routeQuestion' | 'phraseQuestion' | 'rewriteQuestion';
type Reads = 'applyRouter' | 'matchPackages' | 'runTool' | 'verifyCitations' | 'checkEdit' | 'checkPlaces';

/** @param activityQueue the workflow's own unless given */
export function activitiesWithin(limits: CallLimits, activityQueue?: string) {
  const shared = {
    ...(activityQueue === undefined ? {} : { taskQueue: activityQueue }),
    heartbeatTimeout: `${limits.heartbeatSeconds}s`,
    // A cancelled activity is waited for, so that the run ends after the HTTP request was given up, not before.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  } as const;
  const attemptSeconds = limits.modelCallSeconds + marginSeconds;
  const untilAnswered = {
    scheduleToCloseTimeout: backstop,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
  } as const;
  const { routeQuestion, phraseQuestion, rewriteQuestion } = proxyActivities<Pick<Activities, AsksAlone>>({
    ...shared,
    ...untilAnswered,
    startToCloseTimeout: `${attemptSeconds}s`,
  });
  // Tools run in these, too; the limit of the model's own part is kept by its HTTP client.
  const { callSpecialist, judgeDraft, synthesize } = proxyActivities<
    Pick<Activities, 'callSpecialist' | 'judgeDraft' | 'synthesize'>
  >({
    ...shared,
    ...untilAnswered,
    startToCloseTimeout: `${attemptSeconds + toolSeconds}s`,
  });
  // A search waits for its reranker no longer than one call may take, whatever becomes of it.
  const { rerankPlaces } = proxyActivities<Pick<Activities, 'rerankPlaces'>>({
    ...shared,
    scheduleToCloseTimeout: `${attemptSeconds}s`,
    retry: { initialInterval: '1s', backoffCoefficient: 2 },
  });
  const { openRepository, findCandidates, proveQuestions } = proxyActivities<
    Pick<Activities, 'openRepository' | 'findCandidates' | 'proveQuestions'>
  >({
    ...shared,
    startToCloseTimeout: '30m',
    scheduleToCloseTimeout: backstop,
    retry: { initialInterval: '1s' },
  });
  const { applyRouter, matchPackages, runTool, verifyCitations, checkEdit, checkPlaces } = proxyActivities<
    Pick<Activities, Reads>
  >({
    ...shared,
    startToCloseTimeout: `${toolSeconds}s`,
    scheduleToCloseTimeout: backstop,
    retry: { initialInterval: '500ms', maximumInterval: '10s' },
  });
  const agents = { routeQuestion, callSpecialist, judgeDraft, synthesize };
  const models = { ...agents, rerankPlaces, phraseQuestion, rewriteQuestion };
  const tools = { applyRouter, matchPackages, runTool, verifyCitations, checkEdit, checkPlaces };
  return { ...models, ...tools, ...foreignWithin(shared), openRepository, findCandidates, proveQuestions };
}

/** A call has its own limit of time, by its server (foreign/calling.ts). */
function foreignWithin(shared: ActivityOptions) {
  const { openForeignTools, callForeignTool, noteForeignCall } = proxyActivities<
    Pick<Activities, 'openForeignTools' | 'callForeignTool' | 'noteForeignCall'>
  >({
    ...shared,
    startToCloseTimeout: '15m',
    scheduleToCloseTimeout: backstop,
    retry: { initialInterval: '500ms', maximumInterval: '10s' },
  });
  return { openForeignTools, callForeignTool, noteForeignCall };
}
