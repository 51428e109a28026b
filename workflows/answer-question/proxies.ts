/** The activities of a question as the workflow sees them: their time limits, and how often each is attempted. */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { DoesNotFit } from '../../contracts/agent-calls.ts';
import { toolSeconds } from '../../contracts/names.ts';
import type { CallLimits } from '../../contracts/run.ts';

/** Activities that ask a model: each call is granted what it may use. */
export type ModelActivity = 'routeQuestion' | 'callSpecialist' | 'judgeDraft' | 'synthesize' | 'rerankPlaces';
/** Activities that work on the repository, and cost nothing. */
export type ToolActivity = 'openRepository' | 'runTool' | 'verifyCitations';

export type InputOf<Name extends ModelActivity | ToolActivity> = Parameters<Activities[Name]>[0];
export type ResultOf<Name extends ModelActivity | ToolActivity> = Exclude<
  Awaited<ReturnType<Activities[Name]>>['result'],
  DoesNotFit
>;

export type Proxies = ReturnType<typeof activitiesWithin>;

/** Seconds that an attempt may take beyond the HTTP time-out, so that the true error is what is recorded. */
const marginSeconds = 15;

/** @param activityQueue the workflow's own unless given */
export function activitiesWithin(limits: CallLimits, activityQueue?: string) {
  const shared = {
    ...(activityQueue === undefined ? {} : { taskQueue: activityQueue }),
    heartbeatTimeout: `${limits.heartbeatSeconds}s`,
    // A cancelled activity is waited for, so that the run ends after the HTTP request was given up, not before.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  } as const;
  const { modelCallSeconds, modelCallTotalSeconds, modelCallAttempts: maximumAttempts } = limits;
  const attemptSeconds = modelCallSeconds + marginSeconds;
  const retry = { maximumAttempts, initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' } as const;
  const { routeQuestion } = proxyActivities<Pick<Activities, 'routeQuestion'>>({
    ...shared,
    startToCloseTimeout: `${attemptSeconds}s`,
    scheduleToCloseTimeout: `${modelCallTotalSeconds}s`,
    retry,
  });
  // Tools run in these, too; the limit of the model's own part is kept by its HTTP client.
  const { callSpecialist, judgeDraft, synthesize } = proxyActivities<
    Pick<Activities, 'callSpecialist' | 'judgeDraft' | 'synthesize'>
  >({
    ...shared,
    startToCloseTimeout: `${attemptSeconds + toolSeconds}s`,
    scheduleToCloseTimeout: `${modelCallTotalSeconds + toolSeconds}s`,
    retry,
  });
  // A search waits for its reranker no longer than one call may take, whatever becomes of it.
  const { rerankPlaces } = proxyActivities<Pick<Activities, 'rerankPlaces'>>({
    ...shared,
    scheduleToCloseTimeout: `${attemptSeconds}s`,
    retry: { maximumAttempts, initialInterval: '1s', backoffCoefficient: 2 },
  });
  const { openRepository } = proxyActivities<Pick<Activities, 'openRepository'>>({
    ...shared,
    startToCloseTimeout: '30m',
    scheduleToCloseTimeout: '2h',
    retry: { maximumAttempts: 5, initialInterval: '1s' },
  });
  const { runTool, verifyCitations } = proxyActivities<Pick<Activities, 'runTool' | 'verifyCitations'>>({
    ...shared,
    startToCloseTimeout: `${toolSeconds}s`,
    scheduleToCloseTimeout: '30m',
    retry: { maximumAttempts: 5, initialInterval: '500ms', maximumInterval: '10s' },
  });
  const models = { routeQuestion, callSpecialist, judgeDraft, synthesize, rerankPlaces };
  return { ...models, openRepository, runTool, verifyCitations };
}
