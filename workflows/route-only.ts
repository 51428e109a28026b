/** Routes one question and stops there: for measuring the router alone. */
import { ApplicationFailure, condition, sleep } from '@temporalio/workflow';
import type { RouteInput, RouteResult } from '../contracts/run.ts';
import type { SpanRecord } from '../contracts/trace.ts';
import { noUsage } from '../contracts/usage-sum.ts';
import { BudgetSpent, RunBudget } from './answer-question/limits/budget.ts';
import { Unavailable } from './answer-question/failures.ts';
import { activitiesWithin } from './answer-question/proxies.ts';
import { askRouter, undisputedRoute } from './answer-question/routing.ts';
import { OpenWaits } from './answer-question/limits/waits.ts';
import { validRouting } from './input/valid-input.ts';

export async function routeOnly(given: RouteInput): Promise<RouteResult> {
  const { question, pipeline, forcedRoute, limits } = validRouting('routeOnly', given);
  const undisputed = undisputedRoute(pipeline, forcedRoute);
  if (undisputed !== null) return { ...undisputed, usage: noUsage, model: null };
  const budget = new RunBudget(pipeline.budget);
  const waits = new OpenWaits(() => Date.now());
  let model: string | null = null;
  const onSettled = (spans: readonly SpanRecord[]) => {
    model = spans.at(-1)?.model ?? model;
  };
  const caller = { limits, activities: activitiesWithin(limits), budget, waits, outages, until: condition, onSettled };
  try {
    const decision = await askRouter(caller, pipeline, question);
    return { ...decision, usage: budget.usage, model };
  } catch (error) {
    if (error instanceof BudgetSpent) throw ApplicationFailure.nonRetryable(error.message, 'BudgetSpent');
    throw error instanceof Unavailable ? ApplicationFailure.nonRetryable(error.message, error.failure.kind) : error;
  }
}

/** Nobody watches a single route: an outage ends it, with the failure's own message. */
const outages = {
  pause: (milliseconds: number) => sleep(milliseconds),
  waitForPerson: ({ kind, message }: Unavailable['failure']) =>
    Promise.reject(ApplicationFailure.nonRetryable(message, kind)),
};
