/** Routes one question and stops there: for measuring the router alone. The repository is opened where the router reads it. */
import { ApplicationFailure, sleep } from '@temporalio/workflow';
import type { RouteInput, RouteResult } from '../contracts/run.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { readsRepository } from '../contracts/pipeline-rules.ts';
import type { SpanRecord } from '../contracts/trace.ts';
import { type CallerOfActivities, callTool } from './answer-question/calls.ts';
import { noUsage } from '../contracts/usage-sum.ts';
import { BudgetSpent, RunBudget } from './answer-question/limits/budget.ts';
import { Unavailable } from './answer-question/failures.ts';
import { inWorkflow } from './answer-question/paid-call.ts';
import { activitiesWithin } from './answer-question/proxies.ts';
import { askRouter, undisputedRoute } from './answer-question/routing.ts';
import { OpenWaits } from './answer-question/limits/waits.ts';
import { validRouting } from './input/valid-input.ts';

/** Routes a question, and answers nothing. */
export async function routeOnly(given: RouteInput): Promise<RouteResult> {
  const { question, pipeline, forcedRoute, limits, repository } = validRouting('routeOnly', given);
  const undisputed = undisputedRoute(pipeline, forcedRoute);
  if (undisputed !== null) return { ...undisputed, usage: noUsage, model: null };
  const budget = new RunBudget(pipeline.budget);
  const waits = new OpenWaits(() => Date.now());
  let model: string | null = null;
  const onSettled = (spans: readonly SpanRecord[]) => {
    model = spans.at(-1)?.model ?? model;
  };
  const caller: CallerOfActivities = {
    limits,
    activities: activitiesWithin(limits),
    budget,
    waits,
    outages,
    ...inWorkflow,
    onSettled,
  };
  try {
    const snapshot = await opened(caller, pipeline, repository);
    const decision = await askRouter(caller, pipeline, { question, snapshot });
    return { ...decision, usage: budget.usage, model };
  } catch (error) {
    if (error instanceof BudgetSpent) throw ApplicationFailure.nonRetryable(error.message, 'BudgetSpent');
    throw error instanceof Unavailable ? ApplicationFailure.nonRetryable(error.message, error.failure.kind) : error;
  }
}

/** Null where the router does not read the repository, or none was given. */
async function opened(caller: CallerOfActivities, { router }: PipelineSpec, repository: RouteInput['repository']) {
  if (repository === undefined || !readsRepository(router)) return null;
  const { snapshot, store } = await callTool(caller, 'openRepository', { repository }, 'open the repository');
  if (store !== undefined) caller.store = store;
  return snapshot;
}

/** Nobody watches a single route: an outage ends it, with the failure's own message. */
const outages = {
  pause: (milliseconds: number) => sleep(milliseconds),
  waitForPerson: ({ kind, message }: Unavailable['failure']) =>
    Promise.reject(ApplicationFailure.nonRetryable(message, kind)),
};
