/** Routes one question and stops there: for measuring the router alone. */
import { ApplicationFailure, sleep } from '@temporalio/workflow';
import type { RouteInput, RouteResult } from '../contracts/route-only.ts';
import { callsWithin, untilAnswered } from './calls.ts';
import { Unavailable } from './failure-reading.ts';
import { addUsage, noUsage } from '../contracts/usage-sum.ts';
import { routed, routerSummary, undisputedRoute } from './routing.ts';
import { validRouting } from './valid-input.ts';

export async function routeOnly(given: RouteInput): Promise<RouteResult> {
  const { question, pipeline, forcedRoute, limits } = validRouting('routeOnly', given);
  const undisputed = undisputedRoute(pipeline, forcedRoute);
  if (undisputed !== null) return { ...undisputed, usage: noUsage, model: null };
  let usage = noUsage;
  let model: string | null = null;
  const waits = {
    begin: () => () => {},
    settle: (spent: typeof usage | null, spans: readonly { model?: string | undefined }[]) => {
      if (spent !== null) usage = addUsage(usage, spent);
      model = spans.at(-1)?.model ?? model;
    },
    pause: (milliseconds: number) => sleep(milliseconds),
    /** Nobody watches a single route: an outage ends it, with the failure's own message. */
    waitForPerson: ({ kind, message }: { kind: string; message: string }) =>
      Promise.reject(ApplicationFailure.nonRetryable(message, kind)),
  };
  const requirePrice = pipeline.budget.costUsd !== null;
  const { routeQuestion } = callsWithin(limits).models;
  let number = 0;
  const decision = await routed(pipeline, question, (call) => {
    number += 1;
    const payment = { key: `call-${number}`, requirePrice, scope: { stage: 'routing' as const } };
    return untilAnswered(waits, () => routeQuestion.executeWithOptions({ summary: routerSummary }, [call, payment]));
  }).catch((error: unknown) => {
    throw error instanceof Unavailable ? ApplicationFailure.nonRetryable(error.message) : error;
  });
  return { ...decision, usage, model };
}
