/**
 * The slots with which a worker asks for activities: few at first, and more as it gets them done.
 *
 * A worker that starts is slow: nothing is compiled, nothing is in its caches. With forty calls at once it would have none of
 * them done for seconds, and one that dies then loses them all. With eight it has done some by then, and has taken more.
 */
import type { WorkerOptions } from '@temporalio/worker';
import { watchQuarantine } from '../activities/quarantine.ts';
import { SlotLimiter } from '../models/slot-limiter.ts';

export type ActivitySlots = Extract<
  NonNullable<WorkerOptions['tuner']>,
  { activityTaskSlotSupplier: unknown }
>['activityTaskSlotSupplier'];

/** Of a worker that starts. */
const atFirst = 8;
/** One more after each of these, where nothing ends: calls to a model may take a minute. */
const growMs = 500;
/** While a call is at work that may end the worker. */
const besideSuspect = 4;

/** The slots that a limiter gives. */
export function slotsOf(limiter: SlotLimiter): Extract<ActivitySlots, { type: 'custom' }> {
  return {
    type: 'custom',
    reserveSlot: async (_, signal) => {
      await limiter.take(signal);
      return {};
    },
    tryReserveSlot: () => (limiter.tryTake() ? {} : null),
    markSlotUsed: () => {},
    releaseSlot: () => limiter.release(),
  };
}

/** @param most after a while */
export function growingSlots(most: number): Extract<ActivitySlots, { type: 'custom' }> & Disposable {
  let [now, hasSuspect] = [Math.min(atFirst, most), false];
  const limiter = new SlotLimiter({ tokens: null, concurrency: now }, most);
  const change = () => limiter.change({ tokens: null, concurrency: hasSuspect ? Math.min(now, besideSuspect) : now });
  const grow = () => {
    if (now >= most) return clearInterval(timer);
    now += 1;
    change();
  };
  const timer = setInterval(grow, growMs);
  timer.unref();
  const watched = watchQuarantine((taken) => {
    hasSuspect = taken;
    change();
  });
  return {
    ...slotsOf(limiter),
    releaseSlot({ slotInfo }) {
      // A poll that found nothing shows nothing.
      if (slotInfo !== undefined) grow();
      limiter.release();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      watched[Symbol.dispose]();
      limiter[Symbol.dispose]();
    },
  };
}

/** Instead of fixed numbers of slots. @param tasks of workflows at once */
export function tunedFor(slots: ActivitySlots, tasks: number): Pick<WorkerOptions, 'tuner'> {
  const fixed = (numSlots: number) => ({ type: 'fixed-size', numSlots }) as const;
  return {
    tuner: {
      activityTaskSlotSupplier: slots,
      workflowTaskSlotSupplier: fixed(tasks),
      localActivityTaskSlotSupplier: fixed(localActivities),
      nexusTaskSlotSupplier: fixed(1),
    },
  };
}

/** The SDK's own number. */
const localActivities = 100;
