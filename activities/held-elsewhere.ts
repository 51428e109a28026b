/**
 * A worker takes no call of a run whose text it cannot reach: it gives the call back to the queue, for another worker.
 *
 * 1. What a run needs stands where its repository was opened: the opening's result names that store, and every later
 *    call of the run carries the name.
 * 2. Nothing is done for a call that is given back, and it spends none of its attempts.
 * 3. It comes back after a time that is drawn by lot: two calls that came back at the same moments, each to the worker that
 *    the other needs, would meet the same workers for ever.
 * 4. A call that nobody takes for some minutes fails, and the run waits for a person.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { failureKinds } from '../contracts/failures.ts';
import { attemptsBefore, type Carried } from './attempts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { FailureDetail } from './failures.ts';

type Holds = ActivityDependencies['holds'];

/** With the delays below, about five minutes. */
export const refusalsAllowed = 60;
const delayMs = (refusals: number): number => Math.min(5_000, 250 * 2 ** (refusals - 1)) * (0.5 + Math.random());

/** Of the store that holds what the run of this snapshot needs; undefined: no other worker could reach another one. */
export function storeFor(holds: Holds, { url }: { url: string | null }): string | undefined {
  if (holds === null) return undefined;
  // Without a URL no other machine can have the snapshot.
  return (url === null ? null : holds.shared) ?? holds.own;
}

/** @param storeOf the store that a call needs; undefined: it is not known, as for runs of earlier versions */
export function whereHeld<Args extends unknown[], Result>(
  holds: Holds,
  storeOf: (...args: Args) => string | undefined,
  activity: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  if (holds === null) return activity;
  return (...args) => {
    const store = storeOf(...args);
    if (store !== undefined && store !== holds.own && store !== holds.shared) throw givenBack(store, holds);
    return activity(...args);
  };
}

function givenBack(store: string, { own, shared }: NonNullable<Holds>): ApplicationFailure {
  const context = Context.current();
  const { info } = context;
  const { newlyLost: _, ...before } = attemptsBefore(info, { name: info.activityType, type: 'span' });
  const refused = (before.refused ?? 0) + 1;
  context.heartbeat({ ...before, refused } satisfies Carried);
  const isLast = refused - (before.setAside ?? 0) >= refusalsAllowed;
  const { setting, wait } = failureKinds.HeldElsewhere;
  const detail: FailureDetail = { setting, retryAfterMs: null, wait, spans: isLast ? before.spans : [] };
  const reached = shared === null ? own : `${own} and ${shared}`;
  return ApplicationFailure.create({
    type: 'HeldElsewhere',
    message: `what this run needs is kept in ${store}, and this worker reaches ${reached}: a worker of ${store} has to run`,
    nonRetryable: isLast,
    nextRetryDelay: delayMs(refused - (before.setAside ?? 0)),
    details: [detail],
  });
}
