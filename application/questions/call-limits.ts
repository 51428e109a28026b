/** Turns the settings of model calls into the time limits that a run carries. */
import type { Config } from '../../config/config.ts';
import type { CallLimits } from '../../contracts/run.ts';
import type { ModelQueues } from '../../contracts/model/limits.ts';
import type { ModelPrices } from '../../contracts/model/price.ts';

/** Back-off between attempts that the total leaves room for, in seconds. */
const backOffSeconds = 60;

/**
 * @param prices those that a run with a money limit keeps
 * @param queues where its model calls wait for their turn; null where no limit is set
 */
export function callLimits(
  { timeoutSeconds, attempts, heartbeatSeconds, personWaitDays }: Config['model'],
  prices: ModelPrices | null = null,
  queues: ModelQueues | null = null,
): CallLimits {
  return {
    modelCallSeconds: timeoutSeconds,
    modelCallTotalSeconds: (timeoutSeconds + backOffSeconds) * attempts,
    modelCallAttempts: attempts,
    heartbeatSeconds,
    personWaitSeconds: personWaitDays * 86_400,
    ...(prices === null ? {} : { prices }),
    ...(queues === null ? {} : { queues }),
  };
}
