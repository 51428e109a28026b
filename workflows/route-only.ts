/** Routes one question and stops there: for measuring the router alone. */
import { ApplicationFailure, condition, sleep } from '@temporalio/workflow';
import type { RouteInput, RouteResult } from '../contracts/run.ts';
import { callsWithin, type Waits } from './answer-question/calls.ts';
import { Unavailable } from './answer-question/failures.ts';
import { noUsage } from '../contracts/usage-sum.ts';
import { BudgetSpent, RunBudget } from './answer-question/budget.ts';
import { paidCall } from './answer-question/paid-call.ts';
import { routed, routerSummary, undisputedRoute } from './answer-question/routing.ts';
import { validRouting } from './input/valid-input.ts';

export async function routeOnly(given: RouteInput): Promise<RouteResult> {
  const { question, pipeline, forcedRoute, limits } = validRouting('routeOnly', given);
  const undisputed = undisputedRoute(pipeline, forcedRoute);
  if (undisputed !== null) return { ...undisputed, usage: noUsage, model: null };
  const budget = new RunBudget(pipeline.budget);
  let model: string | null = null;
  const waits: Waits = {
    begin: () => () => {},
    settle: (spent, spans, call) => {
      budget.settle(spent, spans, call);
      model = spans.at(-1)?.model ?? model;
    },
    pause: (milliseconds) => sleep(milliseconds),
    /** Nobody watches a single route: an outage ends it, with the failure's own message. */
    waitForPerson: ({ kind, message }) => Promise.reject(ApplicationFailure.nonRetryable(message, kind)),
  };
  const { routeQuestion } = callsWithin(limits).models;
  const about = { scope: { stage: 'routing' as const }, requirePrice: pipeline.budget.costUsd !== null, branch: null };
  const payer = { budget, waits, until: condition };
  const decision = await routed(pipeline, question, (call) =>
    paidCall(payer, about, (payment) => routeQuestion.executeWithOptions({ summary: routerSummary }, [call, payment])),
  ).catch((error: unknown) => {
    if (error instanceof BudgetSpent) throw ApplicationFailure.nonRetryable(error.message, 'BudgetSpent');
    throw error instanceof Unavailable ? ApplicationFailure.nonRetryable(error.message, error.failure.kind) : error;
  });
  return { ...decision, usage: budget.usage, model };
}
