/** Routes one question and stops there: for measuring the router alone. */
import { ApplicationFailure, sleep } from '@temporalio/workflow';
import type { RouteInput, RouteResult } from '../contracts/route-only.ts';
import { callsWithin, untilAnswered } from './calls.ts';
import { Unavailable } from './failure-reading.ts';
import { addUsage, noUsage } from './ledger.ts';
import { routeCall, undisputedRoute } from './routing.ts';

export async function routeOnly({ question, pipeline, forcedRoute, limits }: RouteInput): Promise<RouteResult> {
  const undisputed = undisputedRoute(pipeline, forcedRoute);
  if (undisputed !== null) return { ...undisputed, usage: noUsage, model: null };
  const { models } = callsWithin(limits);
  let usage = noUsage;
  let model: string | null = null;
  const waits = {
    settle: (spent: typeof usage | null, spans: readonly { model?: string | undefined }[]) => {
      if (spent !== null) usage = addUsage(usage, spent);
      model = spans.at(-1)?.model ?? model;
    },
    pause: (milliseconds: number) => sleep(milliseconds),
    /** Nobody watches a single route: an outage ends it, with the failure's own message. */
    waitForPerson: ({ kind, message }: { kind: string; message: string }) =>
      Promise.reject(ApplicationFailure.nonRetryable(message, kind)),
  };
  const decision = await untilAnswered(waits, () =>
    models.routeQuestion.executeWithOptions({ summary: 'router: choose a specialist' }, [
      routeCall(pipeline, question),
      { key: 'call-1', requirePrice: pipeline.budget.costUsd !== null },
    ]),
  ).catch((error: unknown) => {
    throw error instanceof Unavailable ? ApplicationFailure.nonRetryable(error.message) : error;
  });
  return { ...decision, usage, model };
}
